import type { Database } from 'bun:sqlite';
import { DIMENSIONS, type Dimension } from '@waymark/contract';
import type { AnswerNotes, ClickCount } from '../../clicks/analytics.ts';
import { ALL_LINKS, linkValueId, VALUE_SPAN } from '../../clicks/rollup-rows.ts';
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import { type ColumnFilter, type Plan, visitorBit } from './analytics-plan.ts';
import { countClicks, idsBetween, type ScanLimits } from './analytics-scan.ts';
import { sumSeries } from './analytics-series.ts';
import { completeDaysBefore, countColumns, SLOT_MS, slotExtent } from './analytics-tiers.ts';
import { inSnapshot } from './read-snapshot.ts';
import { completeSpans, SPAN_DAYS } from './rollup-spans.ts';

/** Clicks and visitors by value id, 0 for none; for the dimension `link` by link id. */
export type Counted = Map<number, [clicks: number, visitors: number]>;

type ValueRow = [valueId: number, count: [clicks: number, visitors: number]];

/** Lists and ranges for which a walk over the busiest links beats reading all of them. */
const WALK_LIMIT_MAX = 50;
const WALK_DAYS_MIN = 30;

/** Ids that the hours at the ends of a range may span for their clicks to be read one by one. */
const EDGE_ROWS_MAX = 200_000;

/** Whether rollups know the values of this dimension for the plan's clicks. */
export function answersFromRollups(plan: Plan, dimension: Dimension): boolean {
  if (plan.kind !== 'rollup' || plan.series.valueId !== null) return false;
  return dimension !== 'link' || plan.linkId === null;
}

/** Values by rows. A click counts as a visitor of its link where the values are links. */
export async function topOfRows(
  sqlite: Database,
  plan: Plan,
  range: { from: number; to: number },
  dimension: Dimension,
  limits: ScanLimits,
): Promise<Counted> {
  const counted: Counted = new Map();
  const grouping = { by: 'value', column: columnOf(dimension), visitorBit: bitFor(plan, dimension) } as const;
  await countClicks(sqlite, plan, range, grouping, limits, (id, clicks, visitors) =>
    add(counted, id, clicks, visitors),
  );
  return counted;
}

interface RollupTop {
  counted: Counted;
  covered: { from: number; to: number };
  grain: AnswerNotes['grain'];
}

/**
 * Values by rollups: whole complete UTC days by the day, the rest by the hour, the cut hours at the ends by their rows
 * where all of them are there, else as whole hours.
 */
export function topOfRollups(
  sqlite: Database,
  plan: Plan,
  range: { from: number; to: number },
  dimension: Dimension,
): RollupTop {
  return inSnapshot(sqlite, () => {
    const { rows, rest, covered, grain } = valuesOfRollups(sqlite, plan, range, dimension);
    if (rest === null) return { counted: rows, covered, grain };
    // Values that no row names: not known, or in the dimension quality the human clicks.
    let { clicks, visitors } = sumSeries(sqlite, plan, [covered.from, covered.to]).sums[0] ?? {
      clicks: 0,
      visitors: 0,
    };
    for (const [, count] of rows) {
      clicks -= count[0];
      visitors -= count[1];
    }
    if (clicks > 0) rows.set(rest, [clicks, visitors]);
    return { counted: rows, covered, grain };
  });
}

/** `rest` is the id that takes what the rows leave of the total; null where they leave nothing. */
function valuesOfRollups(
  sqlite: Database,
  plan: Plan,
  range: { from: number; to: number },
  dimension: Dimension,
): Omit<RollupTop, 'counted'> & { rows: Counted; rest: number | null } {
  const rows: Counted = new Map();
  let { from, to } = range;
  let firstHour = Math.ceil(from / HOUR_MS);
  let endHour = Math.floor(to / HOUR_MS);
  const edges: [number, number][] = [];
  if (firstHour > endHour) {
    edges.push([from, to]);
    endHour = firstHour;
  } else {
    if (from < firstHour * HOUR_MS) edges.push([from, firstHour * HOUR_MS]);
    if (to > endHour * HOUR_MS) edges.push([endHour * HOUR_MS, to]);
  }
  let grain: AnswerNotes['grain'] = 'exact';
  for (const [start, end] of edges) {
    if (addEdge(sqlite, plan, dimension, start, end, rows)) continue;
    grain = 'hour';
    const hour = Math.floor(start / HOUR_MS);
    firstHour = Math.min(firstHour, hour);
    endHour = Math.max(endHour, hour + 1);
    from = Math.min(from, hour * HOUR_MS);
    to = Math.max(to, (hour + 1) * HOUR_MS);
  }
  const others = dimension === 'quality' || dimension === 'reason';
  const rest = dimension === 'link' ? null : dimension === 'quality' ? humanId(sqlite) : 0;
  if (!(others && plan.series.human)) addHours(sqlite, plan, dimension, firstHour, endHour, rows);
  // What is left of the total stands for these already.
  if (rest !== null) rows.delete(rest);
  return { rows, rest, covered: { from, to }, grain };
}

/**
 * The busiest links without reading every link of the range: in the order of their totals of all time, which no range
 * exceeds, until no other link can reach the list. Null where that would not be the shorter way.
 */
export function topLinks(
  sqlite: Database,
  plan: Plan,
  range: { from: number; to: number },
  limit: number,
): Counted | null {
  const extent = slotExtent(sqlite, ALL_LINKS);
  if (!extent || limit > WALK_LIMIT_MAX) return null;
  const days = (Math.min(range.to, extent.last * SLOT_MS) - Math.max(range.from, extent.first * SLOT_MS)) / DAY_MS;
  if (days < WALK_DAYS_MIN) return null;
  const counted: Counted = new Map();
  const best: number[] = [];
  const candidates = sqlite
    .query<{ link_id: number; clicks: number }, [number]>(
      'SELECT link_id, clicks FROM link_stats ORDER BY clicks DESC LIMIT ?',
    )
    .all(limit * 3 + 20);
  for (const { link_id, clicks } of candidates) {
    if (best.length >= limit && clicks < (best[limit - 1] ?? 0)) return counted;
    const series = { ...plan.series, valueId: linkValueId(link_id) };
    const ofLink: Plan = { ...plan, linkId: link_id, visitorBit: visitorBit(link_id, series.human), series };
    const { sums, grain } = sumSeries(sqlite, ofLink, [range.from, range.to]);
    if (grain !== 'exact') return null;
    const sum = sums[0] ?? { clicks: 0, visitors: 0 };
    counted.set(link_id, [sum.clicks, sum.visitors]);
    best.push(sum.clicks);
    best.sort((a, b) => b - a);
  }
  return null;
}

/** Counts with their values as text, most clicks first, then by value; `limit` at most. */
export function inOrder(
  sqlite: Database,
  dimension: Dimension,
  counted: Counted,
  limit: number,
): ({ value: string } & ClickCount)[] {
  const rows: ValueRow[] = [...counted].filter(([, [clicks]]) => clicks > 0);
  rows.sort((a, b) => b[1][0] - a[1][0]);
  // Values with as many clicks as the last one belong in the order by value, so all of them are looked up.
  const least = rows[Math.min(limit, rows.length) - 1]?.[1][0] ?? 0;
  const shown = rows.filter(([, [clicks]]) => clicks >= least);
  const texts =
    dimension === 'link'
      ? null
      : textsOf(
          sqlite,
          shown.map(([id]) => id),
        );
  return shown
    .map(([id, [clicks, visitors]]) => ({ value: texts ? (texts.get(id) ?? '') : String(id), clicks, visitors }))
    .sort((a, b) => b.clicks - a.clicks || (a.value < b.value ? -1 : 1))
    .slice(0, limit);
}

/** Texts of value ids; ids without one are left out. */
export function textsOf(sqlite: Database, ids: readonly number[]): Map<number, string> {
  const rows = sqlite
    .query<{ id: number; value: string }, [string]>(
      'SELECT v.id, v.value FROM json_each(?) t CROSS JOIN dimension_values v ON v.id = t.value',
    )
    .all(JSON.stringify(ids));
  return new Map(rows.map(({ id, value }) => [id, value]));
}

function addHours(
  sqlite: Database,
  plan: Plan,
  dimension: Dimension,
  firstHour: number,
  endHour: number,
  rows: Counted,
): void {
  const extent = slotExtent(sqlite, plan.series.linkId);
  if (!extent) return;
  const first = Math.max(firstHour, Math.floor(extent.first / 4));
  const end = Math.min(endHour, Math.floor(extent.last / 4) + 1);
  const firstDay = Math.ceil(first / 24);
  // A day that the clicks of the link end in counts whole when the range has all of it.
  const endDay = Math.min(Math.floor(endHour / 24), Math.ceil(end / 24), completeDaysBefore(sqlite));
  if (firstDay >= endDay) {
    addTier(sqlite, plan, dimension, 'hour', first, end, rows);
    return;
  }
  addTier(sqlite, plan, dimension, 'hour', first, firstDay * 24, rows);
  addDays(sqlite, plan, dimension, firstDay, endDay, rows);
  addTier(sqlite, plan, dimension, 'hour', endDay * 24, end, rows);
}

function addDays(
  sqlite: Database,
  plan: Plan,
  dimension: Dimension,
  firstDay: number,
  endDay: number,
  rows: Counted,
): void {
  const firstSpan = Math.ceil(firstDay / SPAN_DAYS);
  const endSpan = Math.floor(endDay / SPAN_DAYS);
  let day = firstDay;
  for (const span of completeSpans(sqlite, plan.series.linkId, DIMENSIONS[dimension], firstSpan, endSpan)) {
    addTier(sqlite, plan, dimension, 'day', day, span * SPAN_DAYS, rows);
    addTier(sqlite, plan, dimension, 'span', span, span + 1, rows);
    day = (span + 1) * SPAN_DAYS;
  }
  addTier(sqlite, plan, dimension, 'day', day, endDay, rows);
}

const TIER_TABLES = { hour: 'rollup_hour', day: 'rollup_day', span: 'rollup_span_values' } as const;

function addTier(
  sqlite: Database,
  plan: Plan,
  dimension: Dimension,
  tier: keyof typeof TIER_TABLES,
  first: number,
  end: number,
  rows: Counted,
): void {
  const counts = countColumns(plan.series.human);
  const low = DIMENSIONS[dimension] * VALUE_SPAN;
  const base = dimension === 'link' ? low : 0;
  // Summed here: SQLite would sort all rows to group them, which takes twice as long.
  const read = sqlite.query<unknown, [number, number, number, number]>(
    `SELECT value_id, ${counts} FROM ${TIER_TABLES[tier]} WHERE ${tier} = ? AND link_id = ? AND value_id BETWEEN ? AND ?`,
  );
  for (let time = first; time < end; time++) {
    const found = read.values(time, plan.series.linkId, low, low + VALUE_SPAN - 1) as number[][];
    for (const [id = 0, clicks = 0, visitors = 0] of found) add(rows, id - base, clicks, visitors);
  }
}

/** Adds the clicks of a part of one hour from their rows; false, and nothing added, where some rows are missing. */
function addEdge(sqlite: Database, plan: Plan, dimension: Dimension, from: number, to: number, rows: Counted): boolean {
  const start = Math.floor(from / HOUR_MS) * HOUR_MS;
  const expected = sqlite
    .query<{ n: number | null }, [number, number, number]>(
      'SELECT sum(clicks) AS n FROM rollup_15m WHERE link_id = ? AND slot BETWEEN ? AND ?',
    )
    .get(plan.series.linkId, start / SLOT_MS, start / SLOT_MS + 3)?.n;
  if (!expected) return true;
  const span = idsBetween(sqlite, start, start + HOUR_MS);
  if (!span || span.maxId - span.minId >= EDGE_ROWS_MAX) return false;
  const values = [span.minId, span.maxId, start, start + HOUR_MS, ...(plan.linkId === null ? [] : [plan.linkId])];
  const found = sqlite
    .query<unknown, number[]>(
      `SELECT at, ${columnOf(dimension)}, (first_seen & ${bitFor(plan, dimension)}) <> 0, quality FROM clicks
       WHERE id BETWEEN ? AND ? AND at >= ? AND at < ?${plan.linkId === null ? '' : ' AND link_id = ?'}`,
    )
    .values(...values) as number[][];
  if (found.length !== expected) return false;
  const human = plan.series.human ? humanId(sqlite) : null;
  for (const [at = 0, id = 0, visitor = 0, quality = 0] of found) {
    if (at >= from && at < to && (human === null || quality === human)) add(rows, id, 1, visitor);
  }
  return true;
}

function humanId(sqlite: Database): number {
  const row = sqlite
    .query<{ id: number }, [number]>(`SELECT id FROM dimension_values WHERE dimension = ? AND value = 'human'`)
    .get(DIMENSIONS.quality);
  return row?.id ?? 0;
}

function columnOf(dimension: Dimension): ColumnFilter['column'] {
  return dimension === 'link' ? 'link_id' : dimension;
}

function bitFor(plan: Plan, dimension: Dimension): number {
  return dimension === 'link' ? visitorBit(0, plan.series.human) : plan.visitorBit;
}

function add(counted: Counted, id: number, clicks: number, visitors: number): void {
  const count = counted.get(id);
  if (count) {
    count[0] += clicks;
    count[1] += visitors;
  } else {
    counted.set(id, [clicks, visitors]);
  }
}
