import type { Database } from 'bun:sqlite';
import { DIMENSIONS, OTHER_VALUE } from '@waymark/contract';
import type { Difference } from '../../clicks/reconcile.ts';
import { addCounts, type Counts } from '../../clicks/rollup-counts.ts';
import { ALL_LINKS, periodsOf, VALUE_SPAN, visitRollups } from '../../clicks/rollup-rows.ts';
import { HOUR_MS } from '../../platform/clock.ts';
import { VALUE_COLUMNS } from './click-events.ts';

/** Rows of clicks whose recount is held in memory at a time. */
const ROWS_AT_ONCE = 100_000;

type ClickRow = { link_id: number; at: number; first_seen: number } & Record<(typeof VALUE_COLUMNS)[number], number>;
type ByLink = Map<number, Map<number, Counts>>;

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
  }

  /** Differences in portions: links by links where the hour has many clicks, all links together last. */
  *differences(hour: number): Generator<Difference[]> {
    const span = this.sqlite
      .query<{ min_id: number; max_id: number }, [number]>('SELECT min_id, max_id FROM click_hours WHERE hour = ?')
      .get(hour) ?? { min_id: 1, max_id: 0 };
    const portions = Math.max(1, Math.ceil((span.max_id - span.min_id + 1) / ROWS_AT_ONCE));
    const allValues: ByLink = new Map([[ALL_LINKS, new Map()]]);
    const allSlots = new Map<number, Counts>();
    const rows = this.sqlite.query<ClickRow, number[]>(
      `SELECT link_id, at, first_seen, ${VALUE_COLUMNS.join(', ')} FROM clicks
       WHERE id BETWEEN ? AND ? AND at >= ? AND at < ? AND link_id % ? = ?`,
    );
    for (let portion = 0; portion < portions; portion++) {
      const expected: ByLink = new Map();
      const bounds = [span.min_id, span.max_id, hour * HOUR_MS, (hour + 1) * HOUR_MS, portions, portion];
      for (const click of rows.iterate(...bounds)) this.add(click, expected, allValues, allSlots);
      yield this.compare(hour, expected, portions, portion);
    }
    yield this.compare(hour, allValues, 0, 0);
    yield this.compareSlots(hour, allSlots);
  }

  private add(click: ClickRow, expected: ByLink, allValues: ByLink, allSlots: Map<number, Counts>): void {
    const human = click.quality === 0 || click.quality === this.humanId;
    const values = VALUE_COLUMNS.map((column) => click[column]);
    const { slot } = periodsOf(click.at);
    visitRollups(
      { linkId: click.link_id, human, firstSeen: click.first_seen, values },
      (linkId, valueId, ...counts) => {
        if (valueId === null) {
          if (linkId === ALL_LINKS) addCounts(allSlots, slot, 1, ...counts);
          return;
        }
        const byLink = linkId === ALL_LINKS ? allValues : expected;
        let ofLink = byLink.get(linkId);
        if (!ofLink) {
          ofLink = new Map();
          byLink.set(linkId, ofLink);
        }
        addCounts(ofLink, valueId, 1, ...counts);
      },
    );
  }

  /** `portions` 0: all links together. */
  private compare(hour: number, expected: ByLink, portions: number, portion: number): Difference[] {
    const which = portions === 0 ? `link_id = ${ALL_LINKS}` : 'link_id > 0 AND link_id % ? = ?';
    const found: ByLink = new Map();
    const rows = this.sqlite
      .query<unknown, number[]>(
        `SELECT link_id, value_id, clicks, visitors, human_clicks, human_visitors FROM rollup_hour
         WHERE hour = ? AND ${which}`,
      )
      .values(...(portions === 0 ? [hour] : [hour, portions, portion])) as number[][];
    for (const [linkId = 0, valueId = 0, ...counts] of rows) {
      const ofLink = found.get(linkId) ?? new Map<number, Counts>();
      found.set(linkId, ofLink.set(valueId, counts as Counts));
    }
    const differences: Difference[] = [];
    for (const linkId of new Set([...expected.keys(), ...found.keys()])) {
      if (portions > 0 && this.isDeleted(linkId)) continue;
      const wanted = expected.get(linkId) ?? new Map<number, Counts>();
      const there = found.get(linkId) ?? new Map<number, Counts>();
      this.foldOthers(wanted, there);
      for (const valueId of new Set([...wanted.keys(), ...there.keys()])) {
        const key = { hour, link_id: linkId, value_id: valueId };
        this.note(differences, 'rollup_hour', key, wanted.get(valueId), there.get(valueId), linkId === ALL_LINKS);
      }
    }
    return differences;
  }

  private compareSlots(hour: number, expected: Map<number, Counts>): Difference[] {
    const rows = this.sqlite
      .query<unknown, [number, number, number]>(
        `SELECT slot, clicks, visitors, human_clicks, human_visitors FROM rollup_15m WHERE link_id = ? AND slot BETWEEN ? AND ?`,
      )
      .values(ALL_LINKS, hour * 4, hour * 4 + 3) as number[][];
    const found = new Map(rows.map(([slot = 0, ...counts]) => [slot, counts as Counts]));
    const differences: Difference[] = [];
    for (const slot of new Set([...expected.keys(), ...found.keys()])) {
      this.note(differences, 'rollup_15m', { link_id: ALL_LINKS, slot }, expected.get(slot), found.get(slot), true);
    }
    return differences;
  }

  /** Values beyond a day's limit were counted as OTHER_VALUE: where that has a row, values without one belong there. */
  private foldOthers(wanted: Map<number, Counts>, found: Map<number, Counts>): void {
    for (const [valueId, counts] of [...wanted]) {
      const other = this.otherIds.get(Math.floor(valueId / VALUE_SPAN));
      if (other === undefined || valueId === other || found.has(valueId) || !found.has(other)) continue;
      wanted.delete(valueId);
      addCounts(wanted, other, ...counts);
    }
  }

  private note(
    differences: Difference[],
    table: string,
    key: Difference['key'],
    expected: Counts | undefined,
    found: Counts | undefined,
    ofAllLinks: boolean,
  ): void {
    if ([0, 1, 2, 3].every((n) => (expected?.[n] ?? 0) === (found?.[n] ?? 0))) return;
    if (ofAllLinks && !this.allLinksExact && (found?.[0] ?? 0) >= (expected?.[0] ?? 0)) return;
    differences.push({ table, key, expected: named(expected), found: named(found) });
  }

  private isDeleted(linkId: number): boolean {
    const row = this.sqlite
      .query<{ deleted_at: number | null }, [number]>('SELECT deleted_at FROM links WHERE id = ?')
      .get(linkId);
    return row?.deleted_at != null;
  }
}

function named(counts: Counts | undefined): Difference['expected'] {
  if (!counts) return null;
  const [clicks, visitors, human_clicks, human_visitors] = counts;
  return { clicks, visitors, human_clicks, human_visitors };
}
