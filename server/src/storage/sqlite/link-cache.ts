import type { ReplicaLink } from '../../links/link.ts';
import { canPack, PackedLinks, packedBytes } from './packed-links.ts';

/** Links of a generation that is just made; it doubles as it fills. */
const LINKS_AT_FIRST = 1_024;
/** Room for one link on average, text included; a generation whose links are longer is full earlier. */
const BYTES_PER_LINK = 256;
const GENERATION_BYTES_MAX = 2 ** 30;

/**
 * Links asked for lately, packed into bytes.
 * Shape: two generations of at most `linksMax` / 2 each; what is found in the older one moves to the younger, and when
 * that is full the older one goes. What can't be packed is not kept. `hash` is the code's, by `hashCode`.
 */
export class LinkCache {
  private young: Generation;
  private old: Generation;

  constructor(linksMax: number) {
    const generationMax = Math.floor(linksMax / 2);
    this.young = new Generation(generationMax);
    this.old = new Generation(generationMax);
  }

  get(code: string, hash: number): ReplicaLink | null {
    const { young, old } = this;
    const at = young.find(code, hash);
    if (at !== 0) return young.entries.read(at, code);
    const oldAt = old.find(code, hash);
    if (oldAt === 0) return null;
    const link = old.entries.read(oldAt, code);
    this.keep(link, hash);
    return link;
  }

  add(link: ReplicaLink, hash: number): void {
    if (canPack(link)) this.keep(link, hash);
  }

  remove(code: string, hash: number): void {
    this.young.remove(code, hash);
    this.old.remove(code, hash);
  }

  private keep(link: ReplicaLink, hash: number): void {
    if (this.young.add(link, hash)) return;
    const emptied = this.old;
    emptied.clear();
    this.old = this.young;
    this.young = emptied;
    this.young.add(link, hash);
  }
}

/** A hash table over entries that lie one after the other. Nothing in it moves or goes but all at once. */
class Generation {
  entries = new PackedLinks(new ArrayBuffer(LINKS_AT_FIRST * BYTES_PER_LINK));
  private readonly bytesMax: number;
  /** Where the entry of a hash lies; 0 for none. Probed one after the other. */
  private slots = new Int32Array(LINKS_AT_FIRST * 2);
  private count = 0;
  /** The first entry does not lie at 0. */
  private end = 8;

  constructor(private readonly linksMax: number) {
    this.bytesMax = Math.min(linksMax * BYTES_PER_LINK, GENERATION_BYTES_MAX);
  }

  /** Where a code's entry lies; 0 where it has none. */
  find(code: string, hash: number): number {
    const { slots, entries } = this;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const at = slots[slot] as number;
      if (at === 0 || (entries.hashAt(at) === hash && entries.isOf(at, code))) return at;
    }
  }

  /** False when the generation is full. The code is not in it. */
  add(link: ReplicaLink, hash: number): boolean {
    const size = packedBytes(link);
    if (this.count >= this.linksMax || this.end + size > this.bytesMax) return false;
    if (this.end + size > this.entries.bytes.length) this.growEntries();
    if (this.count * 2 >= this.slots.length) this.growSlots();
    const at = this.end / 8;
    this.entries.write(at, link, hash);
    this.place(at, hash);
    this.end += size;
    this.count++;
    return true;
  }

  remove(code: string, hash: number): void {
    const at = this.find(code, hash);
    if (at !== 0) this.entries.remove(at);
  }

  clear(): void {
    this.slots.fill(0);
    this.count = 0;
    this.end = 8;
  }

  private place(at: number, hash: number): void {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = at;
  }

  private growEntries(): void {
    const grown = new PackedLinks(new ArrayBuffer(this.entries.bytes.length * 2));
    this.entries.bytes.copy(grown.bytes, 0, 0, this.end);
    this.entries = grown;
  }

  private growSlots(): void {
    const entries = this.slots.filter((at) => at !== 0);
    this.slots = new Int32Array(this.slots.length * 2);
    for (const at of entries) this.place(at, this.entries.hashAt(at));
  }
}
