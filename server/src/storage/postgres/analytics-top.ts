import { DIMENSIONS, type Dimension } from '@waymark/contract';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { AnswerNotes, ClickCount } from '../../clicks/analytics.ts';
import { linkValueId, VALUE_SPAN } from '../../clicks/rollup-rows.ts';
import { type Plan, visitorBit } from '../analytics/plan.ts';
import { conditionOf, visitorsOf } from './analytics-scan.ts';
import { sumSeries } from './analytics-series.ts';
import { tierExtent } from './analytics-tiers.ts';
import { busiestLinks } from './busiest-links.ts';
import { EdgeHours } from './edge-hours.ts';
import type { Schema } from './schema.ts';
import { nothing, tierRanges, valueRows } from './value-tiers.ts';

export type TopRow = { value: string } & ClickCount;

interface Range {
  from: number;
  to: number;
}

/** Whether rollups know the values of this dimension for the plan's clicks. */
export function answersFromRollups(plan: Plan, dimension: Dimension): boolean {
  if (plan.kind !== 'rollup' || plan.series.valueId !== null) return false;
  return dimension !== 'link' || plan.linkId === null;
}

/** Values by rows. A click counts as a visitor of its link where the values are links. */
export async function topOfRows(
  db: Kysely<Schema>,
  plan: Plan,
  { from, to }: Range,
  dimension: Dimension,
  limit: number,
): Promise<TopRow[]> {
  const counted = sql`
    SELECT ${valueIdOf(dimension)} AS id, count(*) AS clicks, ${visitorsOf(bitFor(plan, dimension))} AS visitors
    FROM clicks WHERE at >= ${from}::bigint AND at < ${to}::bigint AND ${conditionOf(plan)} GROUP BY 1`;
  return inOrder(db, dimension, counted, limit);
}

/**
 * Values by rollups: whole complete UTC days by the day, the rest by the hour, the cut hours at the ends by their rows
 * where all of them are there, else as whole hours. Call it within one snapshot.
 */
export async function topOfRollups(
  db: Kysely<Schema>,
  plan: Plan,
  range: Range,
  dimension: Dimension,
  limit: number,
): Promise<{ data: TopRow[]; covered: Range; grain: AnswerNotes['grain'] }> {
  const edges = new EdgeHours(range);
  const human = await humanId(db);
  await edges.read(db, plan, valueIdOf(dimension), bitFor(plan, dimension), human);
  const { covered, grain } = edges;
  if (dimension === 'link') {
    const busiest = await busiestLinks(db, plan.series.human, edges, limit);
    if (busiest) return { data: busiest.sort(byClicks).slice(0, limit), covered, grain };
  }
  const others = dimension === 'quality' || dimension === 'reason';
  // `quality` and `reason` have rows for clicks that are not human only.
  const hours =
    others && plan.series.human
      ? nothing()
      : valueRows(plan.series, tierRanges(edges, await tierExtent(db, plan.series.linkId)), allOf(dimension));
  const counted = sql`
    SELECT id, sum(clicks::float8) AS clicks, sum(visitors::float8) AS visitors
    FROM (${hours} UNION ALL ${edges.rows()}) r GROUP BY id`;
  if (dimension === 'link') return { data: await inOrder(db, dimension, counted, limit), covered, grain };
  // Values that no row names: not known, or in the dimension quality the human clicks.
  const rest = dimension === 'quality' ? human : 0;
  const total = (await sumSeries(db, plan, [covered.from, covered.to])).sums[0] ?? { clicks: 0, visitors: 0 };
  const completed = sql`
    SELECT id, clicks, visitors FROM counted WHERE id <> ${rest}::bigint
    UNION ALL
    SELECT ${rest}::bigint, ${total.clicks}::float8 - coalesce(sum(clicks), 0), ${total.visitors}::float8 - coalesce(sum(visitors), 0)
    FROM counted WHERE id <> ${rest}::bigint`;
  const data = await inOrder(db, dimension, sql`WITH counted AS (${counted}) ${completed}`, limit);
  return { data, covered, grain };
}

/** Counts with their values as text, most clicks first, then by value; `limit` at most. */
async function inOrder(
  db: Kysely<Schema>,
  dimension: Dimension,
  counted: RawBuilder<unknown>,
  limit: number,
): Promise<TopRow[]> {
  const text =
    dimension === 'link'
      ? sql`(shown.id - ${sql.lit(linkValueId(0))})::text`
      : sql`coalesce((SELECT value FROM dimension_values v WHERE v.id = shown.id), '')`;
  // Values with as many clicks as the last one belong in the order by value, so all of them are looked up.
  const { rows } = await sql<TopRow>`
    SELECT ${text} COLLATE "C" AS value, clicks, visitors FROM (
      SELECT id, clicks, visitors FROM (${counted}) c WHERE clicks > 0
      ORDER BY clicks DESC FETCH FIRST ${sql.lit(limit)} ROWS WITH TIES
    ) shown ORDER BY clicks DESC, value LIMIT ${sql.lit(limit)}`.execute(db);
  return rows.sort(byClicks);
}

/** Most clicks first, then by value. */
function byClicks(a: TopRow, b: TopRow): number {
  return b.clicks - a.clicks || (a.value < b.value ? -1 : 1);
}

async function humanId(db: Kysely<Schema>): Promise<number> {
  const row = await db
    .selectFrom('dimension_values')
    .select('id')
    .where('dimension', '=', DIMENSIONS.quality)
    .where('value', '=', 'human')
    .executeTakeFirst();
  return row?.id ?? 0;
}

function allOf(dimension: Dimension): RawBuilder<boolean> {
  const low = DIMENSIONS[dimension] * VALUE_SPAN;
  return sql`value_id BETWEEN ${low}::bigint AND ${low + VALUE_SPAN - 1}::bigint`;
}

/** Value id of a click, that of its link included. */
function valueIdOf(dimension: Dimension): RawBuilder<number> {
  return dimension === 'link' ? sql`link_id + ${sql.lit(linkValueId(0))}::bigint` : sql.ref(dimension);
}

function bitFor(plan: Plan, dimension: Dimension): number {
  return dimension === 'link' ? visitorBit(0, plan.series.human) : plan.visitorBit;
}
