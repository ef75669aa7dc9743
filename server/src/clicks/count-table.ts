/** Places a table begins with; a power of two, twice its rows at least. */
const PLACES_MIN = 1024;
const COUNTS = 4;

/** Takes a row: its keys, then clicks, visitors, human clicks, human visitors. */
export type CountedRow = (
  first: number,
  second: number,
  third: number,
  clicks: number,
  visitors: number,
  human: number,
  humanVisitors: number,
) => void;

/**
 * Counts by three keys, gathered in plain numbers: as objects in maps the tens of thousands of rows that a group of
 * batches adds would cost more to collect than to count.
 * Shape: keys are safe integers of 0 or more.
 */
export class CountTable {
  private size = 0;
  /** Row number + 1 by hash; 0 for none. */
  private places = new Int32Array(PLACES_MIN);
  private keys = new Float64Array((PLACES_MIN / 2) * 3);
  private counts = new Float64Array((PLACES_MIN / 2) * COUNTS);

  get rows(): number {
    return this.size;
  }

  add(
    first: number,
    second: number,
    third: number,
    clicks: number,
    visitors: number,
    human: number,
    humanVisitors: number,
  ): void {
    const at = this.find(first, second, third) * COUNTS;
    const { counts } = this;
    counts[at] = (counts[at] ?? 0) + clicks;
    counts[at + 1] = (counts[at + 1] ?? 0) + visitors;
    counts[at + 2] = (counts[at + 2] ?? 0) + human;
    counts[at + 3] = (counts[at + 3] ?? 0) + humanVisitors;
  }

  /** Visits all rows in the order of their keys: neighbours in a statement are then neighbours in the tree. */
  inOrder(visit: CountedRow): void {
    const [firsts, seconds, thirds] = [this.ranks(0), this.ranks(1), this.ranks(2)];
    const order = new Float64Array(this.size);
    for (let row = 0; row < this.size; row++) {
      const rank = (key: 0 | 1 | 2, { ranks }: Ranks) => ranks.get(this.keys[row * 3 + key] ?? 0) ?? 0;
      order[row] =
        (rank(0, firsts) * seconds.sorted.length + rank(1, seconds)) * thirds.sorted.length + rank(2, thirds);
    }
    // As one number each, keys are sorted without a call for every comparison.
    order.sort();
    for (const place of order) {
      const outer = Math.floor(place / thirds.sorted.length);
      const first = firsts.sorted[Math.floor(outer / seconds.sorted.length)] ?? 0;
      const second = seconds.sorted[outer % seconds.sorted.length] ?? 0;
      const third = thirds.sorted[place % thirds.sorted.length] ?? 0;
      const at = this.find(first, second, third) * COUNTS;
      const count = (n: number) => this.counts[at + n] ?? 0;
      visit(first, second, third, count(0), count(1), count(2), count(3));
    }
  }

  /** Third keys of the rows with this second key and a first one that `has` takes. */
  thirdsOf(second: number, has: (first: number) => boolean): number[] {
    const { keys, size } = this;
    const thirds = new Set<number>();
    for (let at = 0; at < size * 3; at += 3) {
      if (keys[at + 1] === second && has(keys[at] ?? 0)) thirds.add(keys[at + 2] ?? 0);
    }
    return [...thirds];
  }

  /** The row of these keys, made where there is none. */
  private find(first: number, second: number, third: number): number {
    const { keys, places } = this;
    const mask = places.length - 1;
    let place = hash(first, second, third) & mask;
    for (;;) {
      const row = (places[place] ?? 0) - 1;
      if (row < 0) break;
      const at = row * 3;
      if (keys[at + 2] === third && keys[at + 1] === second && keys[at] === first) return row;
      place = (place + 1) & mask;
    }
    if ((this.size + 1) * 2 > places.length) {
      this.grow();
      return this.find(first, second, third);
    }
    const row = this.size++;
    places[place] = row + 1;
    this.keys[row * 3] = first;
    this.keys[row * 3 + 1] = second;
    this.keys[row * 3 + 2] = third;
    return row;
  }

  private grow(): void {
    const { keys, counts } = this;
    // Fourfold, so that most rows are placed anew once or never.
    const length = this.places.length * 4;
    this.places = new Int32Array(length);
    this.keys = new Float64Array((length / 2) * 3);
    this.keys.set(keys);
    this.counts = new Float64Array((length / 2) * COUNTS);
    this.counts.set(counts);
    for (let row = 0; row < this.size; row++) {
      let place = hash(keys[row * 3] ?? 0, keys[row * 3 + 1] ?? 0, keys[row * 3 + 2] ?? 0) & (length - 1);
      while (this.places[place] !== 0) place = (place + 1) & (length - 1);
      this.places[place] = row + 1;
    }
  }

  private ranks(key: 0 | 1 | 2): Ranks {
    const values = new Set<number>();
    for (let row = 0; row < this.size; row++) values.add(this.keys[row * 3 + key] ?? 0);
    const sorted = Float64Array.from(values).sort();
    const ranks = new Map<number, number>();
    for (let n = 0; n < sorted.length; n++) ranks.set(sorted[n] ?? 0, n);
    return { sorted, ranks };
  }
}

/** The distinct values of a key, ascending, and where each stands. */
interface Ranks {
  sorted: Float64Array;
  ranks: ReadonlyMap<number, number>;
}

function hash(first: number, second: number, third: number): number {
  // The third may be a value's id, whose dimension lies above the lower 32 bits.
  let mixed = Math.imul(third ^ Math.imul(third / 4_294_967_296, 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ second, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 13) ^ first, 0x27d4eb2f);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
