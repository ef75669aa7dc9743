import type { Database } from 'bun:sqlite';
import { DIMENSIONS, OTHER_VALUE } from '@waymark/contract';
import type { Difference } from '../../clicks/reconcile.ts';
import {
  hourDifferences,
  type QuarterCounts,
  quarterDifferences,
  quarterKey,
  type RecountedClick,
  RecountedHour,
  slotDifferences,
  tooSmall,
  type ValueCounts,
  wholeHour,
} from '../../clicks/recount.ts';
import type { Counts } from '../../clicks/rollup-counts.ts';
import { ALL_LINKS, hasQuarters } from '../../clicks/rollup-rows.ts';
import { HOUR_MS } from '../../platform/clock.ts';
import { VALUE_COLUMNS } from './click-events.ts';
import { quartersSince } from './quarter-cells.ts';

/** Rows of clicks whose recount is held in memory at a time. */
const ROWS_AT_ONCE = 100_000;

type ClickRow = { link_id: number; at: number; first_seen: number } & Record<(typeof VALUE_COLUMNS)[number], number>;

/**
 * Whether the numbers of all links together can be recounted: a purged link has taken its rows with it, while they keep
 * its clicks. Where they can't, only too small numbers are differences.
 */
export function allLinksAreExact(sqlite: Database): boolean {
  const gone = sqlite
    .query<{ id: number }, []>(
      `SELECT l.id FROM links l LEFT JOIN link_stats s ON s.link_id = l.id
       WHERE l.deleted_at IS NOT NULL AND (s.clicks IS NULL OR s.click_rows < s.clicks) LIMIT 1`,
    )
    .get();
  const ids = sqlite
    .query<{ made: number | null; there: number }, []>(
      `SELECT (SELECT seq FROM sqlite_sequence WHERE name = 'links') AS made, (SELECT count(*) FROM links) AS there`,
    )
    .get();
  return !gone && (ids?.made ?? 0) <= (ids?.there ?? 0);
}

/** Compares rollup_hour, and the quarter hours of all links together, with the clicks of one hour at a time. */
export class HourRecount {
  private readonly humanId: number;
  private readonly otherIds = new Map<number, number>();
  /** First hour that has the quarters of all its clicks. */
  private readonly quartersSince: number;

  constructor(
    private readonly sqlite: Database,
    private readonly allLinksExact: boolean,
  ) {
    const values = sqlite
      .query<{ id: number; dimension: number; value: string }, [string, number]>(
        `SELECT id, dimension, value FROM dimension_values WHERE value = ? OR (dimension = ? AND value = 'human')`,
      )
      .all(OTHER_VALUE, DIMENSIONS.quality);
    this.humanId = values.find(({ value }) => value === 'human')?.id ?? 0;
    for (const { id, dimension, value } of values) if (value === OTHER_VALUE) this.otherIds.set(dimension, id);
    this.quartersSince = quartersSince(sqlite);
  }

  /** Differences in portions: links by links where the hour has many clicks, all links together last. */
  *differences(hour: number): Generator<Difference[]> {
    const span = this.sqlite
      .query<{ min_id: number; max_id: number }, [number]>('SELECT min_id, max_id FROM click_hours WHERE hour = ?')
      .get(hour) ?? { min_id: 1, max_id: 0 };
    const portions = Math.max(1, Math.ceil((span.max_id - span.min_id + 1) / ROWS_AT_ONCE));
    const recounted = new RecountedHour();
    const rows = this.sqlite.query<ClickRow, number[]>(
      `SELECT link_id, at, first_seen, ${VALUE_COLUMNS.join(', ')} FROM clicks
       WHERE id BETWEEN ? AND ? AND at >= ? AND at < ? AND link_id % ? = ?`,
    );
    for (let portion = 0; portion < portions; portion++) {
      const bounds = [span.min_id, span.max_id, hour * HOUR_MS, (hour + 1) * HOUR_MS, portions, portion];
      for (const row of rows.iterate(...bounds)) recounted.add(this.clickFrom(row));
      yield this.linkDifferences(hour, recounted.takeLinks(), this.foundOfLinks(hour, portions, portion));
    }
    const ofAll = this.foundOfAll(hour);
    yield this.ofAllLinks(hourDifferences(hour, ALL_LINKS, wholeHour(recounted.ofAll), ofAll, this.otherIds));
    if (hour >= this.quartersSince) {
      const found = this.quartersOfAll(hour);
      const rowOf = (valueId: number, quarter: number) => ({
        table: 'rollup_quarter',
        key: { hour, value_id: valueId, quarter },
      });
      yield this.ofAllLinks(quarterDifferences(recounted.ofAll, found, ofAll, this.otherIds, hasQuarters, rowOf));
    }
    yield this.ofAllLinks(slotDifferences(recounted.slotsOfAll, this.slotsOfAll(hour)));
  }

  private clickFrom(row: ClickRow): RecountedClick {
    return {
      linkId: row.link_id,
      at: row.at,
      firstSeen: row.first_seen,
      human: row.quality === 0 || row.quality === this.humanId,
      values: VALUE_COLUMNS.map((column) => row[column]),
    };
  }

  private linkDifferences(
    hour: number,
    wanted: ReadonlyMap<number, QuarterCounts>,
    found: ReadonlyMap<number, ValueCounts>,
  ): Difference[] {
    return [...new Set([...wanted.keys(), ...found.keys()])].flatMap((linkId) =>
      this.isDeleted(linkId)
        ? []
        : hourDifferences(
            hour,
            linkId,
            wholeHour(wanted.get(linkId) ?? new Map()),
            found.get(linkId) ?? new Map(),
            this.otherIds,
          ),
    );
  }

  private ofAllLinks(differences: readonly Difference[]): Difference[] {
    return this.allLinksExact ? [...differences] : tooSmall(differences);
  }

  private foundOfLinks(hour: number, portions: number, portion: number): Map<number, ValueCounts> {
    const rows = this.sqlite
      .query<unknown, [number, number, number]>(
        `SELECT link_id, value_id, clicks, visitors, human_clicks, human_visitors FROM rollup_hour
         WHERE hour = ? AND link_id > 0 AND link_id % ? = ?`,
      )
      .values(hour, portions, portion) as number[][];
    const found = new Map<number, ValueCounts>();
    for (const [linkId = 0, valueId = 0, ...counts] of rows) {
      const ofLink = found.get(linkId) ?? new Map<number, Counts>();
      found.set(linkId, ofLink.set(valueId, counts as Counts));
    }
    return found;
  }

  private foundOfAll(hour: number): ValueCounts {
    const rows = this.sqlite
      .query<unknown, [number, number]>(
        `SELECT value_id, clicks, visitors, human_clicks, human_visitors FROM rollup_hour WHERE hour = ? AND link_id = ?`,
      )
      .values(hour, ALL_LINKS) as number[][];
    return new Map(rows.map(([valueId = 0, ...counts]) => [valueId, counts as Counts]));
  }

  private quartersOfAll(hour: number): QuarterCounts {
    const rows = this.sqlite
      .query<unknown, [number]>(
        `SELECT value_id, quarter, clicks, visitors, human_clicks, human_visitors FROM rollup_quarter WHERE hour = ?`,
      )
      .values(hour) as number[][];
    return new Map(
      rows.map(([valueId = 0, quarter = 0, ...counts]) => [quarterKey(valueId, quarter), counts as Counts]),
    );
  }

  private slotsOfAll(hour: number): Map<number, Counts> {
    const rows = this.sqlite
      .query<unknown, [number, number, number]>(
        `SELECT slot, clicks, visitors, human_clicks, human_visitors FROM rollup_15m WHERE link_id = ? AND slot BETWEEN ? AND ?`,
      )
      .values(ALL_LINKS, hour * 4, hour * 4 + 3) as number[][];
    return new Map(rows.map(([slot = 0, ...counts]) => [slot, counts as Counts]));
  }

  private isDeleted(linkId: number): boolean {
    const row = this.sqlite
      .query<{ deleted_at: number | null }, [number]>('SELECT deleted_at FROM links WHERE id = ?')
      .get(linkId);
    return row?.deleted_at != null;
  }
}
