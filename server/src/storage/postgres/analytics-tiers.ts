import { type Kysely, sql } from 'kysely';
import { HOUR_MS } from '../../platform/clock.ts';
import { bucketOf, cutCells, type Piece } from '../analytics/place-cells.ts';
import type { Series } from '../analytics/plan.ts';
import { type Cell, SLOT_MS, type TierPlan, tierPlan } from '../analytics/tiers.ts';
import { numbers } from './analytics-scan.ts';
import { hourTable } from './hour-table.ts';
import type { Schema } from './schema.ts';

/** How far rollups reach. */
export interface TierExtent {
  /** First and last quarter hour in which the link (0: any) has clicks; null where it has none. */
  slots: { first: number; last: number } | null;
  /** Days before this one are complete in rollup_day. */
  daysBefore: number;
  /** Spans before this one are complete in rollup_span. */
  spansBefore: number;
}

export async function tierExtent(db: Kysely<Schema>, linkId: number): Promise<TierExtent> {
  const { rows } = await sql<{
    first: number | null;
    last: number | null;
    days_before: number;
    spans_before: number;
  }>`
    SELECT (SELECT min(slot) FROM rollup_15m WHERE link_id = ${linkId}::bigint) AS first,
           (SELECT max(slot) FROM rollup_15m WHERE link_id = ${linkId}::bigint) AS last, days_before, spans_before
    FROM rollup_tiers`.execute(db);
  const { first, last, days_before: daysBefore, spans_before: spansBefore } = rows[0] ?? {};
  return {
    slots: first == null || last == null ? null : { first, last },
    daysBefore: daysBefore ?? 0,
    spansBefore: spansBefore ?? 0,
  };
}

/** The columns of a rollup row that count all clicks, or those of people, as `clicks` and `visitors`. */
export function countColumns(human: boolean) {
  return human ? sql`human_clicks AS clicks, human_visitors AS visitors` : sql`clicks, visitors`;
}

interface KeyedRow {
  key: number;
  clicks: number;
  visitors: number;
}

/** Quarter hours of a link: one cell for each bucket (or group of buckets), and one for each quarter hour in `cut`. */
export async function slotCells(
  db: Kysely<Schema>,
  series: Series,
  borders: readonly number[],
  cut: ReadonlySet<number>,
  groups?: readonly number[],
): Promise<Cell[]> {
  const from = Math.floor((borders[0] ?? 0) / SLOT_MS);
  const end = Math.ceil((borders.at(-1) ?? 0) / SLOT_MS);
  const cutSlots = [...cut].map((start) => start / SLOT_MS);
  const bucket = sql`width_bucket(r.at, ${numbers(borders)})`;
  const key = groups ? sql`(${firstOfGroups(groups)}::int[])[${bucket}]` : sql`${bucket} - 1`;
  const { rows } = await sql<KeyedRow & { slot: number | null }>`
    SELECT ${key} AS key, r.slot, sum(clicks) AS clicks, sum(visitors) AS visitors
    FROM (
      SELECT slot::bigint * ${sql.lit(SLOT_MS)} AS at, CASE WHEN slot = ANY (${numbers(cutSlots)}) THEN slot END AS slot,
        ${countColumns(series.human)}
      FROM rollup_15m WHERE link_id = ${series.linkId}::bigint AND slot >= ${from}::bigint AND slot < ${end}::bigint
    ) r GROUP BY 1, 2`.execute(db);
  return rows.map(({ key, slot, clicks, visitors }) => [
    slot === null ? (borders[key] ?? 0) : slot * SLOT_MS,
    clicks,
    visitors,
  ]);
}

/** For each bucket the first one of its group. */
function firstOfGroups(groups: readonly number[]): number[] {
  const first = new Map<number, number>();
  return groups.map((group, n) => {
    if (!first.has(group)) first.set(group, n);
    return first.get(group) ?? n;
  });
}

/** The bucket of what counts in none. */
const NOWHERE = -(2 ** 31);

/** A sum; `quarter`: of a cut hour, null where its rows do not tell. */
interface TierRow extends KeyedRow {
  quarter: number | null;
}

export interface ValueCells {
  /** One for each bucket, and one for each hour in `cut` that is not `placed`. */
  cells: Cell[];
  /** Such an hour's quarters, where some of them are cut by no border. */
  pieces: Map<number, Piece[]>;
  /** Hours that borders cut between quarters, in their buckets already. */
  placed: Piece[];
}

/** Days and hours of a value. */
export async function valueCells(
  db: Kysely<Schema>,
  series: Series,
  borders: readonly number[],
  cut: ReadonlySet<number>,
): Promise<ValueCells> {
  const found: ValueCells = { cells: [], pieces: new Map(), placed: [] };
  const { slots, daysBefore } = await tierExtent(db, series.linkId);
  if (!slots) return found;
  const plan = tierPlan(borders, slots, daysBefore);
  const cutQuarters = cutCells(borders, SLOT_MS);
  const splits = plan.hours.map(({ at }) => (at === null || !cut.has(at) ? 0 : splitOf(borders, at)));
  let rows = await readTiers(db, series, plan, borders, cut, splits);
  // Some of these hours are from before there were quarters: each is then placed by itself, or not at all.
  if (rows.some(({ key, clicks }) => clicks !== 0 && (splits[-1 - key] ?? 0) > 0))
    rows = await readTiers(db, series, plan, borders, cut, []);
  const cells = new Map<number, Cell>();
  for (const { key, quarter, clicks, visitors } of rows) {
    if (key >= borders.length) {
      found.placed.push([key - borders.length - 1, clicks, visitors]);
      continue;
    }
    const start = (key < 0 ? plan.hours[-1 - key]?.at : borders[key]) ?? 0;
    const [, clicksBefore, visitorsBefore] = cells.get(key) ?? [start, 0, 0];
    cells.set(key, [start, clicks + clicksBefore, visitors + visitorsBefore]);
    if (quarter === null || clicks === 0) continue;
    const at = start + quarter * SLOT_MS;
    // Left out where a border cuts it: the pieces are then not all of the hour's clicks.
    if (cutQuarters.has(at)) continue;
    const pieces = found.pieces.get(start) ?? [];
    pieces.push([bucketOf(borders, at), clicks, visitors]);
    found.pieces.set(start, pieces);
  }
  found.cells = [...cells.values()];
  return found;
}

/** At which of its quarters, 1 to 3, a single border divides the hour that begins at `start`; 0 where it is none or not one. */
function splitOf(borders: readonly number[], start: number): number {
  const before = bucketOf(borders, start);
  const into = (borders[before + 1] ?? Number.POSITIVE_INFINITY) - start;
  const next = (borders[before + 2] ?? Number.POSITIVE_INFINITY) - start;
  return into < HOUR_MS && next >= HOUR_MS && into % SLOT_MS === 0 ? into / SLOT_MS : 0;
}

/**
 * Sums by bucket. A cut hour, number n of the plan, is summed on its own under -1 - n, by the quarters of its rows. Where it
 * has a split, rows that tell their quarter are summed by the bucket of that instead, under the number of borders + 1 + bucket.
 */
async function readTiers(
  db: Kysely<Schema>,
  series: Series,
  { days, hours }: TierPlan,
  borders: readonly number[],
  cut: ReadonlySet<number>,
  splits: readonly number[],
): Promise<TierRow[]> {
  const counted = hours.map(({ hour, at, less }, n) => ({
    hour,
    key: at === null ? NOWHERE : cut.has(at) ? -1 - n : bucketOf(borders, at),
    less: less === null ? NOWHERE : bucketOf(borders, less),
    split: splits[n] ?? 0,
    before: at === null ? 0 : bucketOf(borders, at),
  }));
  const ofSeries = sql`link_id = ${series.linkId}::bigint AND value_id = ${series.valueId}::bigint`;
  // One index probe for each day and hour: OFFSET 0 keeps the planner from reading whole tables instead.
  const hoursOf = (some: typeof counted) => sql`
    unnest(${numbers(some.map(({ hour }) => hour))}, ${numbers(some.map(({ key }) => key))},
      ${numbers(some.map(({ less }) => less))}, ${numbers(some.map(({ split }) => split))},
      ${numbers(some.map(({ before }) => before))}) t (hour, counted, less, split, before)
    CROSS JOIN LATERAL (
      SELECT quarter, ${countColumns(series.human)} FROM ${sql.table(hourTable(series.linkId))}
      WHERE hour = t.hour AND ${ofSeries} OFFSET 0) r`;
  const { rows } = await sql<TierRow>`
    SELECT CASE WHEN key < 0 AND split > 0 AND quarter IS NOT NULL
        THEN ${sql.lit(borders.length)} + 1 + before + (quarter >= split)::int ELSE key END AS key,
      CASE WHEN key < 0 AND split = 0 THEN quarter END AS quarter, sum(clicks)::bigint AS clicks, sum(visitors)::bigint AS visitors
    FROM (
      SELECT t.key, NULL::int2 AS quarter, 0 AS split, 0 AS before, r.clicks, r.visitors
      FROM unnest(${numbers(days.map(({ day }) => day))}, ${numbers(days.map(({ at }) => bucketOf(borders, at)))}) t (day, key)
      CROSS JOIN LATERAL (
        SELECT ${countColumns(series.human)} FROM rollup_day WHERE day = t.day AND ${ofSeries} OFFSET 0) r
      UNION ALL
      SELECT t.counted, r.quarter, t.split, t.before, r.clicks, r.visitors
      FROM ${hoursOf(counted.filter(({ less }) => less === NOWHERE))}
      UNION ALL
      SELECT k.key, r.quarter, t.split, t.before, k.sign * r.clicks, k.sign * r.visitors
      FROM ${hoursOf(counted.filter(({ less }) => less !== NOWHERE))}
      CROSS JOIN LATERAL (VALUES (t.counted, 1), (t.less, -1)) k (key, sign)
    ) s WHERE key <> ${sql.lit(NOWHERE)} GROUP BY 1, 2`.execute(db);
  return rows;
}
