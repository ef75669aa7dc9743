import type { ColumnFilter, Plan } from './analytics-plan.ts';
import type { ClickBlock } from './click-blocks.ts';
import { type BlockTimes, type CodedValues, HUMAN_FLAG } from './click-columns.ts';

interface TimeRange {
  from: number;
  to: number;
}

/** Finds and counts the clicks of a plan in blocks, without making an object for any of them. */
export class BlockCounting {
  private readonly conditions: readonly { column: ColumnFilter['column']; ids: ReadonlySet<number> }[];
  private readonly isHumanOnly: boolean;
  /** The rows chosen in the block at hand: `count` of them, one after the other from `first` on where `isRun`, else the first of `rows`. */
  private count = 0;
  private isRun = true;
  private first = 0;
  private rows = new Uint16Array(0);

  constructor(
    plan: Pick<Plan, 'filters' | 'linkId' | 'series'>,
    private readonly visitorBit: number,
  ) {
    this.isHumanOnly = plan.series.human;
    const ofLink = plan.linkId === null ? [] : [{ column: 'link_id' as const, ids: [plan.linkId] }];
    const filters = plan.filters.filter(({ column }) => !(this.isHumanOnly && column === 'quality'));
    // A link's condition leaves the fewest rows for the others to look at.
    this.conditions = [...ofLink, ...filters].map(({ column, ids }) => ({ column, ids: new Set(ids) }));
  }

  /** Hands over clicks and visitors by the part of the range they fall into; a part may come often. */
  addByTime(
    block: ClickBlock,
    range: TimeRange,
    partOf: (at: number) => number,
    add: (part: number, clicks: number, visitors: number) => void,
  ): void {
    this.choose(block, range);
    if (this.count === 0) return;
    const { minAt, maxAt } = block.info;
    const isVisitor = new VisitorFlags(block.values('flags'), this.visitorBit);
    const firstPart = partOf(Math.max(minAt, range.from));
    if (firstPart === partOf(Math.min(maxAt, range.to - 1))) {
      add(firstPart, this.count, this.visitorsAmong(isVisitor, 0, this.count));
      return;
    }
    const { distances } = block.times();
    let part = -1;
    let begin = 0;
    for (let n = 0; n < this.count; n++) {
      const next = partOf(minAt + (distances[this.rowAt(n)] as number));
      if (next === part) continue;
      if (n > begin) add(part, n - begin, this.visitorsAmong(isVisitor, begin, n));
      part = next;
      begin = n;
    }
    add(part, this.count - begin, this.visitorsAmong(isVisitor, begin, this.count));
  }

  /** Hands over clicks and visitors by the number in a column. */
  addByValue(
    block: ClickBlock,
    range: TimeRange,
    column: ColumnFilter['column'],
    add: (id: number, clicks: number, visitors: number) => void,
  ): void {
    this.choose(block, range);
    if (this.count === 0) return;
    const values = block.values(column);
    const { dictionary, codes } = values;
    const isVisitor = new VisitorFlags(block.values('flags'), this.visitorBit);
    if (!codes) {
      add(idOf(values, 0), this.count, this.visitorsAmong(isVisitor, 0, this.count));
      return;
    }
    const clicks = new Uint32Array(dictionary.length);
    const visitors = new Uint32Array(dictionary.length);
    for (let n = 0; n < this.count; n++) {
      const row = this.rowAt(n);
      const code = codes[row] as number;
      clicks[code] = (clicks[code] as number) + 1;
      visitors[code] = (visitors[code] as number) + isVisitor.of(row);
    }
    for (let code = 0; code < clicks.length; code++) {
      const n = clicks[code] as number;
      if (n > 0) add(idOf(values, code), n, visitors[code] as number);
    }
  }

  private choose(block: ClickBlock, { from, to }: TimeRange): void {
    const { rows, minAt, maxAt } = block.info;
    this.isRun = true;
    this.first = 0;
    this.count = maxAt < from || minAt >= to ? 0 : rows;
    if (this.count === 0) return;
    if (this.rows.length < rows) this.rows = new Uint16Array(rows);
    const times = minAt < from || maxAt >= to ? block.times() : null;
    if (times?.isAscending) {
      this.first = firstFrom(times.distances, from - minAt);
      this.count = firstFrom(times.distances, to - minAt) - this.first;
    }
    for (const { column, ids } of this.conditions) {
      if (this.count === 0) return;
      this.keepIds(block.values(column), ids);
    }
    if (this.count === 0) return;
    if (this.isHumanOnly) {
      const flags = block.values('flags');
      this.keepCodes(flags, flagsOf(flags, HUMAN_FLAG));
    }
    if (times && !times.isAscending) {
      const { distances } = times;
      this.keep((row) => {
        const at = minAt + (distances[row] as number);
        return at >= from && at < to;
      });
    }
    if (block.goneIds.length > 0) {
      const gone = block.goneRows();
      this.keep((row) => !gone.has(row));
    }
  }

  private keepIds(values: CodedValues, ids: ReadonlySet<number>): void {
    const { dictionary } = values;
    const allowed = new Uint8Array(dictionary.length);
    if (ids.size < dictionary.length) {
      for (const id of ids) {
        const code = dictionary.indexOf(id === 0 ? 0 : id - values.base);
        if (code >= 0) allowed[code] = 1;
      }
    } else {
      for (let code = 0; code < allowed.length; code++) allowed[code] = ids.has(idOf(values, code)) ? 1 : 0;
    }
    this.keepCodes(values, allowed);
  }

  private keepCodes({ codes }: CodedValues, allowed: Uint8Array): void {
    if (!allowed.includes(0)) return;
    if (!codes || !allowed.includes(1)) {
      this.count = 0;
      return;
    }
    const { rows, count, first } = this;
    let kept = 0;
    // Writing each row and going on only from the kept ones has no branch to guess.
    if (this.isRun) {
      for (let row = first; row < first + count; row++) {
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
    this.isRun = false;
  }

  private keep(isKept: (row: number) => boolean): void {
    let kept = 0;
    for (let n = 0; n < this.count; n++) {
      const row = this.rowAt(n);
      if (isKept(row)) this.rows[kept++] = row;
    }
    this.count = kept;
    this.isRun = false;
  }

  private rowAt(n: number): number {
    return this.isRun ? this.first + n : (this.rows[n] as number);
  }

  /** Visitors among the chosen rows from one on, `end` exclusive. */
  private visitorsAmong(isVisitor: VisitorFlags, begin: number, end: number): number {
    let sum = 0;
    for (let n = begin; n < end; n++) sum += isVisitor.of(this.rowAt(n));
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

function idOf({ base, dictionary }: CodedValues, code: number): number {
  const number = dictionary[code] as number;
  return number === 0 ? 0 : base + number;
}

/** For each code whether its number has a bit, as 0 or 1. */
function flagsOf({ dictionary }: CodedValues, bit: number): Uint8Array {
  const flags = new Uint8Array(dictionary.length);
  for (let code = 0; code < flags.length; code++) flags[code] = ((dictionary[code] as number) & bit) === 0 ? 0 : 1;
  return flags;
}

/** Where in ascending distances the first is that is not below `least`. */
function firstFrom(distances: BlockTimes['distances'], least: number): number {
  let low = 0;
  let high = distances.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((distances[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
