import { type RawBuilder, sql } from 'kysely';
import type { Series } from '../analytics/plan.ts';
import { countColumns, type TierExtent } from './analytics-tiers.ts';

/**
 * Rows of whole hours by value: id, clicks and visitors, several for a value. Whole complete UTC days come by the day, the
 * rest by the hour. `values` is the condition on `value_id`.
 * Shape: `endHour` exclusive.
 */
export function valueTiers(
  { linkId, human }: Series,
  { firstHour, endHour }: { firstHour: number; endHour: number },
  { slots, daysBefore }: TierExtent,
  values: RawBuilder<boolean>,
): RawBuilder<unknown> {
  if (!slots) return nothing();
  const first = Math.max(firstHour, Math.floor(slots.first / 4));
  const end = Math.min(endHour, Math.floor(slots.last / 4) + 1);
  const firstDay = Math.ceil(first / 24);
  // A day that the clicks of the link end in counts whole when the range has all of it.
  const endDay = Math.min(Math.floor(endHour / 24), Math.ceil(end / 24), daysBefore);
  // One index probe for each day and hour: OFFSET 0 keeps the planner from reading whole tables instead.
  const tier = (table: 'rollup_hour' | 'rollup_day', time: 'hour' | 'day', from: number, before: number) => sql`
    SELECT r.value_id AS id, r.clicks, r.visitors
    FROM generate_series(${from}::int, ${before - 1}::int) t CROSS JOIN LATERAL (
      SELECT value_id, ${countColumns(human)} FROM ${sql.table(table)}
      WHERE ${sql.ref(time)} = t AND link_id = ${linkId}::bigint AND ${values} OFFSET 0) r`;
  if (firstDay >= endDay) return tier('rollup_hour', 'hour', first, end);
  return sql`
    ${tier('rollup_hour', 'hour', first, firstDay * 24)} UNION ALL
    ${tier('rollup_day', 'day', firstDay, endDay)} UNION ALL
    ${tier('rollup_hour', 'hour', endDay * 24, end)}`;
}

/** Such rows, none of them. */
export function nothing(): RawBuilder<unknown> {
  return sql`SELECT NULL::bigint AS id, 0::bigint AS clicks, 0::bigint AS visitors WHERE false`;
}
