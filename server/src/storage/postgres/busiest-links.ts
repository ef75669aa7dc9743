import { type Kysely, sql } from 'kysely';
import type { ClickCount } from '../../clicks/analytics.ts';
import { ALL_LINKS, linkValueId } from '../../clicks/rollup-rows.ts';
import { numbers } from './analytics-scan.ts';
import { tierExtent } from './analytics-tiers.ts';
import type { EdgeHours } from './edge-hours.ts';
import type { Schema } from './schema.ts';
import { tierRanges, valueRows } from './value-tiers.ts';

/** Lists for which a look at the busiest links beats reading all of them, and how many rows of rollups it may seek. */
const LIMIT_MAX = 100;
const PROBES_MAX = 20_000;
const CANDIDATES_MAX = 2000;

/**
 * The busiest links without reading every link of the range: in the order of their totals of all time, which no range
 * exceeds, until no other link can reach the list. Null where that would not be the shorter way.
 * Shape: in no order, the list's links among others.
 */
export async function busiestLinks(
  db: Kysely<Schema>,
  human: boolean,
  edges: EdgeHours,
  limit: number,
): Promise<({ value: string } & ClickCount)[] | null> {
  const ranges = tierRanges(edges, await tierExtent(db, ALL_LINKS));
  const times = ranges.reduce((sum, { first, end }) => sum + end - first, 0);
  const candidatesMax = Math.min(CANDIDATES_MAX, Math.floor(PROBES_MAX / Math.max(times, 1)));
  if (limit > LIMIT_MAX || candidatesMax < 2 * limit || edges.grain !== 'exact') return null;
  const { rows: candidates } = await sql<{ link_id: number; clicks: number }>`
    SELECT link_id, clicks FROM link_stats ORDER BY clicks DESC LIMIT ${sql.lit(candidatesMax)}`.execute(db);
  // What the first few have says how far down the others must be looked at: mostly not at all.
  const first = candidates.slice(0, 2 * limit);
  const found = await countLinks(db, first, human, ranges, edges);
  const least = found.map(({ clicks }) => clicks).sort((a, b) => b - a)[limit - 1];
  const end = candidates.findIndex(({ clicks }) => clicks < (least ?? 0));
  if (end < 0) return null;
  if (end > first.length) {
    found.push(...(await countLinks(db, candidates.slice(first.length, end), human, ranges, edges)));
  }
  return found;
}

async function countLinks(
  db: Kysely<Schema>,
  links: readonly { link_id: number }[],
  human: boolean,
  ranges: ReturnType<typeof tierRanges>,
  edges: EdgeHours,
): Promise<({ value: string } & ClickCount)[]> {
  const ids = numbers(links.map(({ link_id }) => linkValueId(link_id)));
  const tiers = valueRows({ linkId: ALL_LINKS, human }, ranges, sql`value_id = ANY (${ids})`);
  const { rows } = await sql<{ id: number; clicks: number; visitors: number }>`
    SELECT id, sum(clicks) AS clicks, sum(visitors) AS visitors FROM (
      ${tiers} UNION ALL SELECT id, clicks, visitors FROM (${edges.rows()}) e WHERE id = ANY (${ids})
    ) r GROUP BY id`.execute(db);
  return rows
    .filter(({ clicks }) => clicks > 0)
    .map(({ id, clicks, visitors }) => ({ value: String(id - linkValueId(0)), clicks, visitors }));
}
