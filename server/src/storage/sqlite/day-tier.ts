import type { Database } from 'bun:sqlite';

/**
 * How far the day tier of rollups has come. Kept in `counters`, in the transaction of the work it describes.
 *
 * Rule: days before `before` are complete. Of the day `before` itself, values are merged in the order (link, value) up
 * to and with the cursor; null while that day has not been begun.
 * 1. Ingest adds every click to the hour tier, and to the day tier as well where `covers` says so: for complete days,
 *    and in the day being merged for all links up to the cursor's.
 * 2. Merging a value writes its recount over the 24 hours, replacing what is there. A late click that ingest added to
 *    a value not merged yet is in the hours too, so replacing counts it once; one that was not added is in the hours alone.
 * 3. A late click of a merged value is added to both tiers, so the merged sum stays right.
 * So each click is in the day tier once, wherever the cursor stood and however often a slice was repeated.
 */
export interface DayTierState {
  before: number;
  cursor: { linkId: number; valueId: number } | null;
}

const DAYS_BEFORE = 'rollup_days_before';
const CURSOR_LINK = 'rollup_cursor_link';
const CURSOR_VALUE = 'rollup_cursor_value';

/**
 * The state in memory, for the writer thread. One object for ingest, removal and maintenance.
 * @NOTE After a rolled-back slice memory may be ahead of the file; by rule 2 that is harmless, and the next slice reads it anew.
 */
export class DayTier {
  private state: DayTierState;

  constructor(private readonly sqlite: Database) {
    this.state = readState(sqlite);
  }

  /** Whether a click of that UTC day (and its link, or 0 for all links) belongs into rollup_day as well as rollup_hour. */
  covers(day: number, linkId: number): boolean {
    const { before, cursor } = this.state;
    return day < before || (day === before && cursor !== null && linkId <= cursor.linkId);
  }

  /** The state as the file has it. */
  read(): DayTierState {
    this.state = readState(this.sqlite);
    return this.state;
  }

  write(state: DayTierState): void {
    const put = this.sqlite.query<null, [string, number]>(
      `INSERT INTO counters (kind, key, n) VALUES (?, '', ?) ON CONFLICT (kind, key) DO UPDATE SET n = excluded.n`,
    );
    put.run(DAYS_BEFORE, state.before);
    if (state.cursor) {
      put.run(CURSOR_LINK, state.cursor.linkId);
      put.run(CURSOR_VALUE, state.cursor.valueId);
    } else {
      this.sqlite
        .query<null, [string, string]>('DELETE FROM counters WHERE kind IN (?, ?)')
        .run(CURSOR_LINK, CURSOR_VALUE);
    }
    this.state = state;
  }
}

function readState(sqlite: Database): DayTierState {
  const rows = sqlite
    .query<{ kind: string; n: number }, [string, string, string]>(
      `SELECT kind, n FROM counters WHERE kind IN (?, ?, ?) AND key = ''`,
    )
    .all(DAYS_BEFORE, CURSOR_LINK, CURSOR_VALUE);
  const values = new Map(rows.map(({ kind, n }) => [kind, n]));
  const linkId = values.get(CURSOR_LINK);
  const valueId = values.get(CURSOR_VALUE);
  return {
    before: values.get(DAYS_BEFORE) ?? 0,
    cursor: linkId === undefined || valueId === undefined ? null : { linkId, valueId },
  };
}
