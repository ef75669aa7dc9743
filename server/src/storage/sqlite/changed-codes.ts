const BITS_MIN = 2 ** 13;
/** Bits for each link: with a tenth of the links changed, five in a hundred of the others count as changed too. */
const BITS_PER_LINK = 2;

/**
 * Which codes have changed, one bit for many hashes: it says so of every code that has, and of some that have not.
 * Shape: of a fixed size, so that however much changes, noting it costs the same.
 */
export class ChangedCodes {
  /** Bits that are set: changed codes, repetitions left out. */
  count = 0;
  private readonly bits: Uint32Array;
  private readonly mask: number;

  constructor(links: number) {
    const bits = Math.max(BITS_MIN, 2 ** Math.ceil(Math.log2(links * BITS_PER_LINK)));
    this.bits = new Uint32Array(bits / 32);
    this.mask = bits - 1;
  }

  add(hash: number): void {
    if (this.has(hash)) return;
    const bit = hash & this.mask;
    this.bits[bit >>> 5] = (this.bits[bit >>> 5] as number) | (1 << (bit & 31));
    this.count++;
  }

  has(hash: number): boolean {
    const bit = hash & this.mask;
    return ((this.bits[bit >>> 5] as number) & (1 << (bit & 31))) !== 0;
  }
}
