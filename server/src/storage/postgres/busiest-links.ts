import { type Kysely, sql } from 'kysely';
import type { ClickCount } from '../../clicks/analytics.ts';
import { ALL_LINKS, linkValueId } from '../../clicks/rollup-rows.ts';
import { numbers } from './analytics-scan.ts';
import { tierExtent } from './analytics-tiers.ts';
import type { EdgeHours } from './edge-hours.ts';
import type { Schema } from './schema.ts';
import { valueTiers } from './value-tiers.ts';

/** Lists and ranges for which a look at the busiest links beats reading all of them. */
const WALK_LIMIT_MAX = 50;
const WALK_HOURS_MIN = 30 * 24;

/**
 * The busiest links without reading every link of the range: in the order of their totals of all time, which no range
 * exceeds, until no other link can reach the list. Null where that would not be the shorter way.
 * Shape: in no order; `limit` links at least where there are as many.
 */
export async function busiestLinks(
  db: Kysely<Schema>,
  human: boolean,
  edges: EdgeHours,
  limit: number,
): Promise<({ value: string } & ClickCount)[] | null> {
  const extent = await tierExtent(db, ALL_LINKS);
  if (!extent.slots || limit > WALK_LIMIT_MAX || edges.grain !== 'exact') return null;
  const hours =
    Math.min(edges.endHour, extent.slots.last / 4) - Math.max(edges.firstHour, Math.floor(extent.slots.first / 4));
  if (hours < WALK_HOURS_MIN) return null;
  const { rows: candidates } = await sql<{ link_id: number; clicks: number }>`
    SELECT link_id, clicks FROM link_stats ORDER BY clicks DESC LIMIT ${sql.lit(limit * 3 + 20)}`.execute(db);
  const found: ({ value: string } & ClickCount)[] = [];
  for (let done = 0; done < candidates.length; ) {
    // Mostly the first few are enough.
    const portion = candidates.slice(done, done === 0 ? limit + 5 : undefined);
    done += portion.length;
    const ids = portion.map(({ link_id }) => linkValueId(link_id));
    const tiers = valueTiers(
      { linkId: ALL_LINKS, valueId: null, human },
      edges,
      extent,
      sql`value_id = ANY (${numbers(ids)})`,
    );
    const { rows } = await sql<{ link_id: number; clicks: number; visitors: number }>`
      SELECT l.link_id, coalesce(sum(r.clicks), 0) AS clicks, coalesce(sum(r.visitors), 0) AS visitors
      FROM unnest(${numbers(portion.map(({ link_id }) => link_id))}, ${numbers(ids)}) l (link_id, value_id)
      LEFT JOIN (
        SELECT id, clicks, visitors FROM (${tiers}) t
        UNION ALL SELECT ${sql.lit(linkValueId(0))} + id, clicks, visitors FROM (${edges.rows()}) e
      ) r ON r.id = l.value_id GROUP BY 1`.execute(db);
    for (const { link_id, clicks, visitors } of rows) {
      if (clicks > 0) found.push({ value: String(link_id), clicks, visitors });
    }
    const least = found.map(({ clicks }) => clicks).sort((a, b) => b - a)[limit - 1];
    const next = candidates[done]?.clicks ?? portion.at(-1)?.clicks ?? 0;
    if (least !== undefined && next < least) return found;
  }
  return null;
}
