import { type Kysely, type RawBuilder, sql } from 'kysely';
import { ALL_LINKS } from '../../clicks/rollup-rows.ts';
import { AppError } from '../../platform/app-error.ts';
import type { Plan } from '../analytics/plan.ts';
import { SLOT_MS } from '../analytics/tiers.ts';
import { int8s } from './binary-arrays.ts';
import { anyId } from './ids.ts';
import { rowsRetainedSince } from './retained-since.ts';
import type { Schema } from './schema.ts';

/** Numbers of any size as one parameter: dates and ids that no column holds must find nothing, not fail. */
export function numbers(values: readonly number[]): RawBuilder<number[]> {
  return sql`${int8s(values)}::bigint[]`;
}

/**
 * The condition by which a plan's clicks are found among the rows of `clicks`, its time range left out. `link` is how the
 * link's id is given: see ids.ts.
 */
export function conditionOf(plan: Plan, link: typeof anyId = anyId): RawBuilder<boolean> {
  const parts = plan.filters.map(({ column, ids }) =>
    ids.length === 1 ? sql`${sql.ref(column)} = ${ids[0]}::bigint` : sql`${sql.ref(column)} = ANY (${numbers(ids)})`,
  );
  if (plan.linkId !== null) parts.push(sql`link_id = ${link(plan.linkId)}`);
  return parts.length === 0 ? sql`true` : sql.join(parts, sql` AND `);
}

/** How many of some rows are visitors of the plan's. */
export function visitorsOf(bit: number): RawBuilder<number> {
  return sql`count(*) FILTER (WHERE first_seen & ${sql.lit(bit)} <> 0)`;
}

/**
 * Refuses a question whose clicks are too many to be read, before it is begun.
 * Errors: `query_timeout`.
 */
export async function checkRows(
  db: Kysely<Schema>,
  plan: Plan,
  { from, to }: { from: number; to: number },
  rowsMax: number,
): Promise<void> {
  const { rows } = await sql<{ n: number }>`
    SELECT coalesce(sum(clicks), 0) AS n FROM rollup_15m
    WHERE link_id = ${plan.linkId ?? ALL_LINKS}::bigint
      AND slot >= ${Math.floor(from / SLOT_MS)}::bigint AND slot < ${Math.ceil(to / SLOT_MS)}::bigint`.execute(db);
  const clicks = rows[0]?.n ?? 0;
  if (clicks <= rowsMax) return;
  throw new AppError(
    'query_timeout',
    `The question would read ${clicks} clicks: ask for a shorter range or fewer filters`,
    {
      retryAfterSeconds: 10,
    },
  );
}

/** From when on every click of a time range has its row. */
export async function rowsSince(
  db: Kysely<Schema>,
  linkId: number | null,
  { from, to }: { from: number; to: number },
): Promise<number> {
  const since = await rowsRetainedSince(db);
  if (since <= from) return from;
  const { rows } = await sql`
    SELECT 1 FROM rollup_15m WHERE link_id = ${linkId ?? ALL_LINKS}::bigint
      AND slot >= ${Math.floor(from / SLOT_MS)}::bigint AND slot < ${Math.floor(Math.min(since, to) / SLOT_MS)}::bigint
    LIMIT 1`.execute(db);
  return rows.length > 0 ? Math.min(since, to) : from;
}
