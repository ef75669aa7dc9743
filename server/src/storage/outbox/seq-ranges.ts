/** A set of seqs as ranges, both ends included. Shape: ascending, none touching the next. */
export class SeqRanges {
  private ranges: [first: number, last: number][] = [];

  constructor(ranges: Iterable<readonly [first: number, last: number]> = []) {
    for (const [first, last] of ranges) this.add(first, last);
  }

  add(first: number, last: number): void {
    if (last < first) return;
    let [low, high] = [first, last];
    const apart = this.ranges.filter(([from, to]) => {
      if (to < first - 1 || from > last + 1) return true;
      low = Math.min(low, from);
      high = Math.max(high, to);
      return false;
    });
    this.ranges = [...apart, [low, high] as [number, number]].sort((a, b) => a[0] - b[0]);
  }

  /** Whether every seq from `first` to `last` is in; true for an empty stretch. */
  covers(first: number, last: number): boolean {
    return last < first || this.ranges.some(([from, to]) => from <= first && to >= last);
  }

  /** How many seqs are in here and not in `other`. */
  countBeyond(other: SeqRanges): number {
    let beyond = 0;
    for (const [from, to] of this.ranges) {
      beyond += to - from + 1;
      for (const [otherFrom, otherTo] of other.ranges) {
        beyond -= Math.max(0, Math.min(to, otherTo) - Math.max(from, otherFrom) + 1);
      }
    }
    return beyond;
  }

  [Symbol.iterator](): Iterator<readonly [first: number, last: number]> {
    return this.ranges[Symbol.iterator]();
  }

  /** The greatest seq; 0 for none. */
  get last(): number {
    return this.ranges.at(-1)?.[1] ?? 0;
  }
}

/** Ranges of several edges by edge id. */
export type EdgeRanges = Map<string, SeqRanges>;

const NONE = new SeqRanges();

export function rangesOf(edges: EdgeRanges, edgeId: string): SeqRanges {
  return edges.get(edgeId) ?? NONE;
}

export function addRange(edges: EdgeRanges, edgeId: string, first: number, last: number): void {
  const ranges = edges.get(edgeId) ?? new SeqRanges();
  ranges.add(first, last);
  edges.set(edgeId, ranges);
}
