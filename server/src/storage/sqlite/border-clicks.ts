import type { Database } from 'bun:sqlite';
import { partFinder } from './analytics-parts.ts';
import type { Plan } from './analytics-plan.ts';
import { conditionOf, idsBetween } from './analytics-scan.ts';
import { BlockCounting } from './block-counting.ts';
import { blocksBetween, type ClickBlock, lastIdOfBlocks } from './click-blocks.ts';

/** What one question may read to place clicks of border cells. Beyond it a cell counts where it starts. */
const ROWS_MAX = 400_000;
const BLOCKS_MAX = 10_000;
/** Blocks that are looked at in one cell: many where clicks came late. */
const BLOCKS_OF_CELL_MAX = 256;
/** Fewer clicks of a link than this for each block are found through the link's index. */
const LINK_CLICKS_PER_BLOCK = 4;
const BLOCKS_OPEN = 16;

/** Clicks of cells that a border cuts, from blocks of columns as far as they go, from rows beyond. For one snapshot. */
export class BorderClicks {
  private readonly counting: BlockCounting;
  /** Blocks whose columns are kept for the next cells. */
  private readonly open = new Set<ClickBlock>();
  private readonly lastIdInBlocks: number;
  /** Blocks found last: the next cells are mostly among them. */
  private found: ClickBlock[] = [];
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
    const clicks = new Array<number>(borders.length - 1).fill(0);
    const visitors = new Array<number>(borders.length - 1).fill(0);
    const partOf = partFinder(borders);
    const add = (piece: number, n: number, visits: number) => {
      clicks[piece] = (clicks[piece] ?? 0) + n;
      visitors[piece] = (visitors[piece] ?? 0) + visits;
    };
    const blocks = this.blocksOf(span.minId, span.maxId, from, to, expected);
    for (const block of blocks ?? []) this.counting.addByTime(block, { from, to }, partOf, add);
    const firstRow = blocks ? Math.max(span.minId, this.lastIdInBlocks + 1) : span.minId;
    const rows = firstRow > span.maxId ? [] : this.rowsOf(firstRow, span.maxId, from, to, expected);
    for (const [at, isVisitor] of rows ?? []) add(partOf(at), 1, isVisitor);
    if (!rows || clicks.reduce((a, b) => a + b, 0) !== expected) return false;
    clicks.forEach((n, piece) => {
      if (n > 0) put(borders[piece] ?? 0, n, visitors[piece] ?? 0);
    });
    return true;
  }

  /** Null where blocks are not the way. */
  private blocksOf(minId: number, maxId: number, from: number, to: number, expected: number): ClickBlock[] | null {
    if (minId > this.lastIdInBlocks) return null;
    const blocks = this.window(minId, maxId)?.filter(({ info }) => info.maxAt >= from && info.minAt < to);
    if (!blocks) return null;
    if (this.plan.linkId !== null && expected < blocks.length * LINK_CLICKS_PER_BLOCK) return null;
    for (const block of blocks) {
      if (this.open.has(block)) continue;
      if (--this.blocksLeft < 0) return null;
      const [oldest] = this.open;
      if (oldest && this.open.size >= BLOCKS_OPEN) {
        oldest.forget();
        this.open.delete(oldest);
      }
      this.open.add(block);
    }
    return blocks;
  }

  /** Blocks that have ids of a range; null for too many. */
  private window(minId: number, maxId: number): ClickBlock[] | null {
    const end = Math.min(maxId, this.lastIdInBlocks);
    const last = () => this.found.at(-1)?.info.lastId ?? 0;
    if ((this.found[0]?.info.firstId ?? Number.POSITIVE_INFINITY) > minId || last() < end) {
      this.found = blocksBetween(this.sqlite, minId, this.lastIdInBlocks, BLOCKS_OF_CELL_MAX);
      if (last() < end) return null;
    }
    // The window begins at or before the first one, and cells come in order: few are looked at in vain.
    const first = this.found.findLastIndex(({ info }) => info.firstId <= minId);
    const blocks: ClickBlock[] = [];
    for (let n = Math.max(first, 0); n < this.found.length; n++) {
      const block = this.found[n];
      if (!block || block.info.firstId > end) break;
      if (block.info.lastId >= minId) blocks.push(block);
    }
    return blocks;
  }

  private rowsOf(minId: number, maxId: number, from: number, to: number, expected: number): [number, number][] | null {
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
