import { type RawBuilder, sql } from 'kysely';
import type { Series } from '../analytics/plan.ts';
import { countColumns, type TierExtent } from './analytics-tiers.ts';
import { hourTable } from './hour-table.ts';
import { SPAN_DAYS } from './span-tier.ts';

/** Whole hours; `endHour` exclusive. */
interface Hours {
  firstHour: number;
  endHour: number;
}

/** Times of one table that are read one by one, `end` exclusive. */
interface TierRange {
  table: 'hours' | 'rollup_day' | 'rollup_span';
  time: 'hour' | 'day' | 'span';
  first: number;
  end: number;
}

/** By which rows whole hours are counted: whole complete spans, whole complete UTC days, and hours. None of them empty. */
export function tierRanges({ firstHour, endHour }: Hours, { slots, daysBefore, spansBefore }: TierExtent): TierRange[] {
  if (!slots) return [];
  const first = Math.max(firstHour, Math.floor(slots.first / 4));
  const end = Math.min(endHour, Math.floor(slots.last / 4) + 1);
  const firstDay = Math.ceil(first / 24);
  // What the clicks of the link end in counts whole when the range has all of it.
  const endDay = Math.min(Math.floor(endHour / 24), Math.ceil(end / 24), daysBefore);
  if (firstDay >= endDay) return notEmpty([{ table: 'hours', time: 'hour', first, end }]);
  const hours: TierRange[] = [
    { table: 'hours', time: 'hour', first, end: firstDay * 24 },
    { table: 'hours', time: 'hour', first: endDay * 24, end },
  ];
  const firstSpan = Math.ceil(firstDay / SPAN_DAYS);
  const endSpan = Math.min(Math.floor(endDay / SPAN_DAYS), spansBefore);
  if (firstSpan >= endSpan)
    return notEmpty([...hours, { table: 'rollup_day', time: 'day', first: firstDay, end: endDay }]);
  return notEmpty([
    ...hours,
    { table: 'rollup_day', time: 'day', first: firstDay, end: firstSpan * SPAN_DAYS },
    { table: 'rollup_span', time: 'span', first: firstSpan, end: endSpan },
    { table: 'rollup_day', time: 'day', first: endSpan * SPAN_DAYS, end: endDay },
  ]);
}

/** Rows by value: id, clicks and visitors, several for a value. `values` is the condition on `value_id`. */
export function valueRows(
  { linkId, human }: Pick<Series, 'linkId' | 'human'>,
  ranges: readonly TierRange[],
  values: RawBuilder<boolean>,
): RawBuilder<unknown> {
  if (ranges.length === 0) return nothing();
  // One index probe for each time: OFFSET 0 keeps the planner from reading whole tables instead.
  const tiers = ranges.map(
    ({ table, time, first, end }) => sql`
    SELECT r.value_id AS id, r.clicks, r.visitors
    FROM generate_series(${first}::int, ${end - 1}::int) t CROSS JOIN LATERAL (
      SELECT value_id, ${countColumns(human)} FROM ${sql.table(table === 'hours' ? hourTable(linkId) : table)}
      WHERE ${sql.ref(time)} = t AND link_id = ${linkId}::bigint AND ${values} OFFSET 0) r`,
  );
  return sql.join(tiers, sql` UNION ALL `);
}

/** Such rows, none of them. */
export function nothing(): RawBuilder<unknown> {
  return sql`SELECT NULL::bigint AS id, 0::bigint AS clicks, 0::bigint AS visitors WHERE false`;
}

function notEmpty(ranges: TierRange[]): TierRange[] {
  return ranges.filter(({ first, end }) => first < end);
}
