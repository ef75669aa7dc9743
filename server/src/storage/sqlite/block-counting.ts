import type { ColumnFilter, Plan } from './analytics-plan.ts';
import type { ClickBlock } from './click-blocks.ts';
import { type CodedValues, HUMAN_FLAG } from './click-columns.ts';

/** Conditions of a plan on columns, each a set of numbers. */
type Conditions = readonly { column: ColumnFilter['column']; ids: ReadonlySet<number> }[];

/** Times of clicks in epoch ms, ascending, and for each whether it is its visitor's first (0 or 1). */
export interface PlacedClicks {
  times: Float64Array;
  isVisitor: Uint8Array;
}

/** Finds and counts the clicks of a plan in blocks, without making an object for any of them. */
export class BlockCounting {
  private readonly conditions: Conditions;
  /** The rows chosen in the block at hand: the first `count` of these, or all where `isAll`. */
  private rows = new Uint16Array(0);
  private count = 0;
  private isAll = true;

  private readonly isHumanOnly: boolean;

  constructor(
    plan: Pick<Plan, 'filters' | 'linkId' | 'series'>,
    private readonly visitorBit: number,
  ) {
    this.isHumanOnly = plan.series.human;
    const ofLink = plan.linkId === null ? [] : [{ column: 'link_id' as const, ids: [plan.linkId] }];
    // A link's condition leaves the fewest rows for the others to look at.
    const filters = plan.filters.filter(({ column }) => !(this.isHumanOnly && column === 'quality'));
    this.conditions = [...ofLink, ...filters].map(({ column, ids }) => ({ column, ids: new Set(ids) }));
  }

  /** Hands over clicks and visitors by the part of the range they fall into; `partOf` takes times, nearly ascending. */
  addByTime(
    block: ClickBlock,
    range: { from: number; to: number },
    partOf: (at: number) => number,
    add: (part: number, clicks: number, visitors: number) => void,
  ): void {
    this.choose(block, range);
    if (this.count === 0) return;
    const { minAt, maxAt } = block.info;
    const isVisitor = this.visitors(block);
    const part = partOf(Math.max(minAt, range.from));
    if (part === partOf(Math.min(maxAt, range.to - 1))) {
      add(part, this.count, this.sum(isVisitor));
      return;
    }
    const times = block.times();
    for (let n = 0; n < this.count; n++) {
      const row = this.isAll ? n : (this.rows[n] ?? 0);
      add(partOf(minAt + (times[row] ?? 0)), 1, isVisitor.of(row));
    }
  }

  /** Hands over clicks and visitors by the number in a column. */
  addByValue(
    block: ClickBlock,
    range: { from: number; to: number },
    column: ColumnFilter['column'],
    add: (id: number, clicks: number, visitors: number) => void,
  ): void {
    this.choose(block, range);
    if (this.count === 0) return;
    const { dictionary, codes } = block.values(column);
    const isVisitor = this.visitors(block);
    if (!codes) {
      add(dictionary[0] ?? 0, this.count, this.sum(isVisitor));
      return;
    }
    const clicks = new Uint32Array(dictionary.length);
    const visitors = new Uint32Array(dictionary.length);
    for (let n = 0; n < this.count; n++) {
      const row = this.isAll ? n : (this.rows[n] ?? 0);
      const code = codes[row] ?? 0;
      clicks[code] = (clicks[code] ?? 0) + 1;
      visitors[code] = (visitors[code] ?? 0) + isVisitor.of(row);
    }
    clicks.forEach((n, code) => {
      if (n > 0) add(dictionary[code] ?? 0, n, visitors[code] ?? 0);
    });
  }

  /** The block's clicks one by one, whenever they were. */
  list(block: ClickBlock): PlacedClicks {
    this.choose(block, { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY });
    const { count } = this;
    const placed = { times: new Float64Array(count), isVisitor: new Uint8Array(count) };
    if (count === 0) return placed;
    const isVisitor = this.visitors(block);
    const times = block.times();
    const rows = this.rowsByTime(times);
    for (let n = 0; n < count; n++) {
      const row = rows[n] as number;
      placed.times[n] = block.info.minAt + (times[row] as number);
      placed.isVisitor[n] = isVisitor.of(row);
    }
    return placed;
  }

  /** The chosen rows in order of time, which they are in already where no click came late. */
  private rowsByTime(times: Uint32Array | Float64Array): Uint16Array {
    if (this.isAll) this.keep(() => true);
    const rows = this.rows.subarray(0, this.count);
    for (let n = 1; n < rows.length; n++) {
      if ((times[rows[n] as number] as number) < (times[rows[n - 1] as number] as number))
        return rows.sort((a, b) => (times[a] as number) - (times[b] as number));
    }
    return rows;
  }

  private choose(block: ClickBlock, { from, to }: { from: number; to: number }): void {
    const { rows, minAt, maxAt } = block.info;
    this.count = rows;
    this.isAll = true;
    if (maxAt < from || minAt >= to) this.count = 0;
    if (this.rows.length < rows) this.rows = new Uint16Array(rows);
    for (const { column, ids } of this.conditions) {
      if (this.count === 0) return;
      this.keepIds(block.values(column), ids);
    }
    if (this.isHumanOnly && this.count > 0) {
      const flags = block.clickFlags();
      this.keepCodes(flags, flagsOf(flags, HUMAN_FLAG));
    }
    if (this.count === 0) return;
    if (minAt < from || maxAt >= to) this.keepTimes(block.times(), from - minAt, to - minAt);
    if (block.goneIds.length > 0) this.drop(block.goneRows());
  }

  private keepIds(values: CodedValues, ids: ReadonlySet<number>): void {
    const { dictionary } = values;
    const allowed = new Uint8Array(dictionary.length);
    for (const id of ids.size < dictionary.length ? ids : dictionary) {
      const code = ids.has(id) ? dictionary.indexOf(id) : -1;
      if (code >= 0) allowed[code] = 1;
    }
    this.keepCodes(values, allowed);
  }

  private keepCodes({ codes }: CodedValues, allowed: Uint8Array): void {
    if (!allowed.includes(0)) return;
    if (!codes || !allowed.includes(1)) {
      this.count = 0;
      return;
    }
    const { rows, count } = this;
    let kept = 0;
    // Writing each row and going on only from the kept ones has no branch to guess.
    if (this.isAll) {
      for (let row = 0; row < count; row++) {
        rows[kept] = row;
        kept += allowed[codes[row] as number] as number;
      }
    } else {
      for (let n = 0; n < count; n++) {
        const row = rows[n] as number;
        rows[kept] = row;
        kept += allowed[codes[row] as number] as number;
      }
    }
    this.count = kept;
    this.isAll = false;
  }

  private keepTimes(times: Uint32Array | Float64Array, from: number, to: number): void {
    this.keep((row) => {
      const at = times[row] as number;
      return at >= from && at < to;
    });
  }

  private drop(gone: ReadonlySet<number>): void {
    this.keep((row) => !gone.has(row));
  }

  private keep(isKept: (row: number) => boolean): void {
    const { rows, count, isAll } = this;
    let kept = 0;
    for (let n = 0; n < count; n++) {
      const row = isAll ? n : (rows[n] as number);
      if (isKept(row)) rows[kept++] = row;
    }
    this.count = kept;
    this.isAll = false;
  }

  private visitors(block: ClickBlock): VisitorFlags {
    return new VisitorFlags(block.clickFlags(), this.visitorBit);
  }

  private sum(isVisitor: VisitorFlags): number {
    let sum = 0;
    for (let n = 0; n < this.count; n++) sum += isVisitor.of(this.isAll ? n : (this.rows[n] as number));
    return sum;
  }
}

/** Whether the click of a row is its visitor's first, as 0 or 1. */
class VisitorFlags {
  private readonly flags: Uint8Array;
  private readonly codes: CodedValues['codes'];

  constructor(values: CodedValues, bit: number) {
    this.flags = flagsOf(values, bit);
    this.codes = values.codes;
  }

  of(row: number): number {
    return this.flags[this.codes ? (this.codes[row] as number) : 0] as number;
  }
}

/** For each code whether its number has a bit, as 0 or 1. */
function flagsOf({ dictionary }: CodedValues, bit: number): Uint8Array {
  const flags = new Uint8Array(dictionary.length);
  for (let code = 0; code < flags.length; code++) flags[code] = ((dictionary[code] as number) & bit) === 0 ? 0 : 1;
  return flags;
}
