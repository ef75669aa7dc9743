import { type Kysely, sql } from 'kysely';
import { ALL_LINKS } from '../../clicks/rollup-rows.ts';
import { cellMsOf, clicksIn, cutCells, type Piece, placeCells, type SeriesSums } from '../analytics/place-cells.ts';
import type { Plan } from '../analytics/plan.ts';
import { type Cell, SLOT_MS } from '../analytics/tiers.ts';
import { conditionOf, numbers, visitorsOf } from './analytics-scan.ts';
import { slotCells, type ValueCells, valueCells } from './analytics-tiers.ts';
import type { Schema } from './schema.ts';

/** Clicks that one question may look through to place those of border cells. Beyond it a cell counts where it starts. */
const BORDER_ROWS_MAX = 500_000;

/**
 * Sums a rollup series between borders: sum n counts from `borders[n]` to `borders[n + 1]`.
 * A cell of rollups that a border cuts is placed click by click where all its rows are there, else as a whole where it starts.
 * Shape: borders ascending, two at least. Call it within one snapshot. Buckets of the same number in `groups` are added up by
 * whoever asks: a click may be counted in any of its group, which keeps the answer of the database short.
 */
export async function sumSeries(
  db: Kysely<Schema>,
  plan: Plan,
  borders: readonly number[],
  groups?: readonly number[],
): Promise<SeriesSums> {
  const { series } = plan;
  const cellMs = cellMsOf(series);
  const cut = cutCells(borders, cellMs);
  const { cells, pieces, placed }: ValueCells =
    series.valueId === null
      ? { cells: await slotCells(db, series, borders, cut, groups), pieces: new Map(), placed: [] }
      : await valueCells(db, series, borders, cut);
  const isOpen = ([start, clicks]: Cell) => clicks !== 0 && cut.has(start) && clicksIn(pieces.get(start)) !== clicks;
  const read = await readPieces(db, plan, cells.filter(isOpen), borders, cellMs);
  for (const [start, found] of read) pieces.set(start, found);
  return placeCells(cells, pieces, borders, cellMs, placed);
}

/** The clicks of cells by bucket, from their rows; none where that would be too many rows. */
async function readPieces(
  db: Kysely<Schema>,
  plan: Plan,
  cells: readonly Cell[],
  borders: readonly number[],
  cellMs: number,
): Promise<Map<number, Piece[]>> {
  const pieces = new Map<number, Piece[]>();
  if (cells.length === 0) return pieces;
  const stretches = neighbours(
    cells.map(([start]) => start),
    cellMs,
  );
  const ranges = sql`unnest(${numbers(stretches.map(([first]) => first))}, ${numbers(stretches.map(([, end]) => end))}) s (first, "end")`;
  const { rows } = await sql<{ cell: number; bucket: number; clicks: number; visitors: number }>`
    WITH cost AS (
      SELECT least(
        (SELECT sum(r.clicks) FROM ${ranges} CROSS JOIN LATERAL (
          SELECT clicks FROM rollup_15m WHERE link_id = ${sql.lit(ALL_LINKS)}
            AND slot >= s.first / ${sql.lit(SLOT_MS)} AND slot < s."end" / ${sql.lit(SLOT_MS)} OFFSET 0) r),
        (SELECT click_rows FROM link_stats WHERE link_id = ${plan.linkId}::bigint)
      ) AS rows
    )
    SELECT k.at - (k.at % ${sql.lit(cellMs)} + ${sql.lit(cellMs)}) % ${sql.lit(cellMs)} AS cell,
      width_bucket(k.at, ${numbers(borders)}) - 1 AS bucket, count(*) AS clicks, ${visitorsOf(plan.visitorBit)} AS visitors
    FROM ${ranges} CROSS JOIN LATERAL (
      SELECT at, first_seen FROM clicks WHERE at >= s.first AND at < s."end" AND ${conditionOf(plan)} OFFSET 0) k
    WHERE (SELECT rows FROM cost) <= ${sql.lit(BORDER_ROWS_MAX)}
    GROUP BY 1, 2`.execute(db);
  for (const { cell, bucket, clicks, visitors } of rows) {
    const found = pieces.get(cell);
    if (found) found.push([bucket, clicks, visitors]);
    else pieces.set(cell, [[bucket, clicks, visitors]]);
  }
  return pieces;
}

/** Cells that follow on one another as one stretch of time each, `end` exclusive. */
function neighbours(starts: readonly number[], cellMs: number): [first: number, end: number][] {
  const stretches: [number, number][] = [];
  for (const start of [...starts].sort((a, b) => a - b)) {
    const last = stretches.at(-1);
    if (last && last[1] === start) last[1] = start + cellMs;
    else stretches.push([start, start + cellMs]);
  }
  return stretches;
}
