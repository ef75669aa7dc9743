import type { AnswerNotes, ClickCount } from '../../clicks/analytics.ts';
import { HOUR_MS } from '../../platform/clock.ts';
import type { Series } from './plan.ts';
import { type Cell, SLOT_MS } from './tiers.ts';

/** Sums between borders, and what was really counted. */
export interface SeriesSums {
  /** Sum n counts from `borders[n]` to `borders[n + 1]`. */
  sums: ClickCount[];
  covered: { from: number; to: number };
  grain: AnswerNotes['grain'];
}

/** Clicks of a cut cell that lie in one bucket; -1 and the number of buckets stand for before and after all of them. */
export type Piece = [bucket: number, clicks: number, visitors: number];

/** Length of the cells that a series is made of, as far as borders may cut them. */
export function cellMsOf(series: Series): number {
  return series.valueId === null ? SLOT_MS : HOUR_MS;
}

/** When the cells begin that a border cuts. */
export function cutCells(borders: readonly number[], cellMs: number): Set<number> {
  const cut = new Set<number>();
  for (const border of borders) if (border % cellMs !== 0) cut.add(Math.floor(border / cellMs) * cellMs);
  return cut;
}

/**
 * Sums cells between borders. A cell that a border cuts is placed by its pieces where they are all of its clicks, else as
 * a whole where it starts.
 * Shape: borders ascending, two at least; cells in any order, none of them cut but those of `cutCells`. `placed` counts in its
 * buckets beside them.
 */
export function placeCells(
  cells: readonly Cell[],
  pieces: ReadonlyMap<number, readonly Piece[]>,
  borders: readonly number[],
  cellMs: number,
  placed: readonly Piece[] = [],
): SeriesSums {
  const from = borders[0] ?? 0;
  const to = borders.at(-1) ?? 0;
  const cut = cutCells(borders, cellMs);
  const result: SeriesSums = {
    sums: Array.from({ length: borders.length - 1 }, () => ({ clicks: 0, visitors: 0 })),
    covered: { from, to },
    grain: 'exact',
  };
  const add = (bucket: number, clicks: number, visitors: number) => {
    const sum = result.sums[bucket];
    if (!sum) return;
    sum.clicks += clicks;
    sum.visitors += visitors;
  };
  for (const piece of placed) add(...piece);
  for (const [start, clicks, visitors] of cells) {
    if (!cut.has(start)) {
      add(bucketOf(borders, start), clicks, visitors);
      continue;
    }
    if (clicks === 0) continue;
    const found = pieces.get(start) ?? [];
    if (clicksIn(found) === clicks) {
      for (const piece of found) add(...piece);
      continue;
    }
    add(bucketOf(borders, Math.max(start, from)), clicks, visitors);
    result.grain = cellMs === SLOT_MS ? '15m' : 'hour';
    if (start < from) result.covered.from = start;
    if (start + cellMs > to) result.covered.to = start + cellMs;
  }
  return result;
}

/** All clicks of pieces. */
export function clicksIn(pieces: readonly Piece[] = []): number {
  return pieces.reduce((sum, [, clicks]) => sum + clicks, 0);
}

/** Which bucket a time lies in: the number of the last border at or before it; -1 before all. */
export function bucketOf(borders: readonly number[], at: number): number {
  let low = 0;
  let high = borders.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((borders[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
