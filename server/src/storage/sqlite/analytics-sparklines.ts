import type { Database } from 'bun:sqlite';

/** Quarter hours of a point from which on adding them up in the database is worth a search for each point. */
const SLOTS_TO_SUM = 16;

export interface Line {
  /** First quarter hour, and how many there are. */
  first: number;
  slots: number;
  points: number;
  human: boolean;
}

/** Clicks of each link in equal parts of a range: point n has the quarter hours whose place, times points by slots, is n. */
export function readSparklines(sqlite: Database, linkIds: readonly number[], line: Line): Record<number, number[]> {
  const read = line.slots >= line.points * SLOTS_TO_SUM ? sumsOf : slotsOf;
  return Object.fromEntries(linkIds.map((linkId) => [linkId, read(sqlite, linkId, line)]));
}

function sumsOf(sqlite: Database, linkId: number, { first, slots, points, human }: Line): number[] {
  const rows = sqlite
    .query<unknown, [number, number, number, number]>(
      `WITH RECURSIVE points (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM points WHERE n < ?4 - 1)
       SELECT (SELECT sum(${human ? 'human_clicks' : 'clicks'}) FROM rollup_15m
         WHERE link_id = ?1 AND slot >= ?2 + (n * ?3 + ?4 - 1) / ?4 AND slot < ?2 + ((n + 1) * ?3 + ?4 - 1) / ?4)
       FROM points`,
    )
    .values(linkId, first, slots, points) as [number | null][];
  return rows.map(([clicks]) => clicks ?? 0);
}

function slotsOf(sqlite: Database, linkId: number, { first, slots, points, human }: Line): number[] {
  const line = new Array<number>(points).fill(0);
  const rows = sqlite
    .query<unknown, [number, number, number]>(
      `SELECT slot, ${human ? 'human_clicks' : 'clicks'} FROM rollup_15m WHERE link_id = ? AND slot BETWEEN ? AND ?`,
    )
    .values(linkId, first, first + slots - 1) as [number, number][];
  for (const [slot, clicks] of rows) {
    const point = Math.floor(((slot - first) * points) / slots);
    line[point] = (line[point] ?? 0) + clicks;
  }
  return line;
}
