import type { Database } from 'bun:sqlite';
import { partFinder } from './analytics-parts.ts';
import type { Plan } from './analytics-plan.ts';
import { conditionOf, idsBetween } from './analytics-scan.ts';
import { BlockCounting, type PlacedClicks } from './block-counting.ts';
import { blocksBetween, type ClickBlock, lastIdOfBlocks } from './click-blocks.ts';

/** What one question may read to place clicks of border cells. Beyond it a cell counts where it starts. */
const ROWS_MAX = 400_000;
const BLOCKS_MAX = 10_000;
/** Blocks that are looked at in one cell: many where clicks came late. */
const BLOCKS_OF_CELL_MAX = 256;
/** Fewer clicks of a link than this for each block are found through the link's index. */
const LINK_CLICKS_PER_BLOCK = 4;
/** Blocks whose clicks are kept for the next cells. */
const BLOCKS_KEPT = 16;

/** Clicks of cells that a border cuts, from blocks of columns as far as they go, from rows beyond. For one snapshot. */
export class BorderClicks {
  private readonly counting: BlockCounting;
  private readonly kept = new Map<number, PlacedClicks>();
  private readonly lastIdInBlocks: number;
  /** Blocks found last: the next cells are mostly among them. */
  private window: ClickBlock[] = [];
  private rowsLeft = ROWS_MAX;
  private blocksLeft = BLOCKS_MAX;

  constructor(
    private readonly sqlite: Database,
    private readonly plan: Plan,
  ) {
    this.counting = new BlockCounting(plan, plan.visitorBit);
    this.lastIdInBlocks = lastIdOfBlocks(sqlite);
  }

  /**
   * Counts the pieces of a cell, each from one of its `borders` to the next, and hands over those with clicks.
   * False, and nothing handed over, where not all of the `expected` clicks are there.
   */
  count(
    borders: readonly number[],
    expected: number,
    put: (start: number, clicks: number, visitors: number) => void,
  ): boolean {
    const from = borders[0] ?? 0;
    const to = borders.at(-1) ?? 0;
    const span = idsBetween(this.sqlite, from, to);
    if (!span) return false;
    const placed = this.ofBlocks(span.minId, span.maxId, from, to, expected);
    const firstRow = placed ? Math.max(span.minId, this.lastIdInBlocks + 1) : span.minId;
    const rows = firstRow > span.maxId ? [] : this.ofRows(firstRow, span.maxId, from, to, expected);
    if (!rows) return false;
    const ofBlocks = (placed ?? []).map((clicks) => ({
      ...clicks,
      at: borders.map((at) => firstFrom(clicks.times, at)),
    }));
    let found = rows.length;
    for (const { at } of ofBlocks) found += (at.at(-1) ?? 0) - (at[0] ?? 0);
    if (found !== expected) return false;
    for (const { isVisitor, at } of ofBlocks) {
      for (let piece = 0; piece < borders.length - 1; piece++) {
        const first = at[piece] ?? 0;
        const end = at[piece + 1] ?? 0;
        let visitors = 0;
        for (let n = first; n < end; n++) visitors += isVisitor[n] as number;
        if (end > first) put(borders[piece] ?? 0, end - first, visitors);
      }
    }
    const partOf = partFinder(borders);
    for (const [at, isVisitor] of rows) put(borders[partOf(at)] ?? 0, 1, isVisitor);
    return true;
  }

  /** Null where blocks are not the way. */
  private ofBlocks(minId: number, maxId: number, from: number, to: number, expected: number): PlacedClicks[] | null {
    if (minId > this.lastIdInBlocks) return null;
    const all = this.blocks(minId, maxId);
    if (!all) return null;
    const blocks = all.filter(({ info }) => info.maxAt >= from && info.minAt < to);
    if (this.plan.linkId !== null && expected < blocks.length * LINK_CLICKS_PER_BLOCK) return null;
    const placed: PlacedClicks[] = [];
    for (const block of blocks) {
      let clicks = this.kept.get(block.info.block);
      if (!clicks) {
        if (--this.blocksLeft < 0) return null;
        clicks = this.counting.list(block);
        this.keep(block.info.block, clicks);
      }
      placed.push(clicks);
    }
    return placed;
  }

  /** Blocks that have ids of a range; null for too many. */
  private blocks(minId: number, maxId: number): ClickBlock[] | null {
    const end = Math.min(maxId, this.lastIdInBlocks);
    const last = () => this.window.at(-1)?.info.lastId ?? 0;
    if ((this.window[0]?.info.firstId ?? Number.POSITIVE_INFINITY) > minId || last() < end) {
      this.window = blocksBetween(this.sqlite, minId, this.lastIdInBlocks, BLOCKS_OF_CELL_MAX);
      if (last() < end) return null;
    }
    return this.window.filter(({ info }) => info.lastId >= minId && info.firstId <= end);
  }

  private keep(block: number, clicks: PlacedClicks): void {
    const oldest = this.kept.keys().next();
    if (this.kept.size >= BLOCKS_KEPT && !oldest.done) this.kept.delete(oldest.value);
    this.kept.set(block, clicks);
  }

  private ofRows(minId: number, maxId: number, from: number, to: number, expected: number): [number, number][] | null {
    // Through its index a link's clicks cost what they are, but other times of the link lie between.
    const cost = maxId - minId + 1;
    if (cost > this.rowsLeft) return null;
    this.rowsLeft -= this.plan.linkId === null ? cost : Math.min(cost, expected);
    const { sql, values } = conditionOf(this.plan, from, to, true);
    return this.sqlite
      .query<unknown, number[]>(
        `SELECT at, (first_seen & ${this.plan.visitorBit}) <> 0 FROM clicks WHERE id BETWEEN ? AND ? AND ${sql}`,
      )
      .values(minId, maxId, ...values) as [number, number][];
  }
}

/** Where in ascending times the first is that is not before `at`. */
function firstFrom(times: Float64Array, at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
