import { type Kysely, sql } from 'kysely';
import { numbers } from './analytics-scan.ts';
import type { Schema } from './schema.ts';

/** Quarter hours of a point from which on a search for each point costs less than telling the point of each row. */
const SLOTS_TO_SUM = 16;

export interface Line {
  /** First quarter hour, and how many there are. */
  first: number;
  slots: number;
  points: number;
  human: boolean;
}

interface PointRow {
  link_id: number;
  point: number;
  clicks: number;
}

/** Clicks of each link in equal parts of a range: point n has the quarter hours whose place, times points by slots, is n. */
export async function readSparklines(
  db: Kysely<Schema>,
  linkIds: readonly number[],
  line: Line,
): Promise<Record<number, number[]>> {
  const lines: Record<number, number[]> = {};
  for (const linkId of linkIds) lines[linkId] = new Array<number>(line.points).fill(0);
  const query = line.slots >= line.points * SLOTS_TO_SUM ? sumsOf : slotsOf;
  const { rows } = await query(linkIds, line).execute(db);
  for (const { link_id, point, clicks } of rows) {
    const found = lines[link_id];
    if (found) found[point] = clicks;
  }
  return lines;
}

function sumsOf(linkIds: readonly number[], { first, slots, points, human }: Line) {
  const count = sql.lit(points);
  const start = (n: string) =>
    sql`${first}::bigint + (${sql.raw(n)} * ${sql.lit(slots)}::bigint + ${count} - 1) / ${count}`;
  // OFFSET 0 keeps the places of points from being worked out again for each link.
  return sql<PointRow>`
    SELECT l.id AS link_id, p.n AS point, s.clicks FROM unnest(${numbers(linkIds)}) l (id)
    CROSS JOIN (SELECT n, ${start('n')} AS first, ${start('(n + 1)')} AS "end"
      FROM generate_series(0, ${count} - 1) n OFFSET 0) p
    CROSS JOIN LATERAL (SELECT sum(${sql.ref(human ? 'human_clicks' : 'clicks')}) AS clicks FROM rollup_15m
      WHERE link_id = l.id AND slot >= p.first AND slot < p."end") s
    WHERE s.clicks IS NOT NULL`;
}

function slotsOf(linkIds: readonly number[], { first, slots, points, human }: Line) {
  return sql<PointRow>`
    SELECT link_id, (slot - ${first}::bigint) * ${points}::bigint / ${slots}::bigint AS point,
      sum(${sql.ref(human ? 'human_clicks' : 'clicks')}) AS clicks
    FROM rollup_15m WHERE link_id = ANY (${numbers(linkIds)})
      AND slot >= ${first}::bigint AND slot < ${first + slots}::bigint
    GROUP BY 1, 2`;
}
