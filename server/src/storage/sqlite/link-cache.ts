import type { LinkId, RedirectStatus, ReplicaLink } from '../../links/link.ts';

/** Links of a generation that is just made; it doubles as it fills. */
const LINKS_AT_FIRST = 1_024;
/** Room for one link on average, text included; a generation whose links are longer is full earlier. */
const BYTES_PER_LINK = 256;
const GENERATION_BYTES_MAX = 2 ** 30;
/** Before the texts of an entry: id and expiry as doubles; hash, shape, length of the URL and its version as words. */
const ENTRY_HEAD_BYTES = 32;
/** An entry's shape in one word: length of the code, then the status, then whether the link is active. */
const CODE_LENGTH_BITS = 0xff;
const STATUS_SHIFT = 8;
const ACTIVE = 1 << 20;
/** As a length: that of no code. */
const REMOVED = CODE_LENGTH_BITS;

const ASCII = /^[\x20-\x7e]*$/;

/** @NOTE Cheaper than `write` and `toString`, which look at their arguments first; the types leave them out. */
type PackedBytes = Buffer & {
  latin1Write(text: string, offset: number): number;
  latin1Slice(start: number, end: number): string;
};

/**
 * Links asked for lately, packed into bytes: the collector neither visits them nor learns of them, however many there are.
 * Shape: two generations of at most `linksMax` / 2 each; what is found in the older one moves to the younger, and when
 * that is full the older one goes. A link in quarantine, or with a text beyond ASCII, is not kept: those are few.
 */
export class LinkCache {
  private young: Generation;
  private old: Generation;
  /** Drawn anew by each process, so that nobody can prepare codes that fall into one place. */
  private readonly seed = Math.floor(Math.random() * 2 ** 32);

  constructor(linksMax: number) {
    const generationMax = Math.floor(linksMax / 2);
    this.young = new Generation(generationMax);
    this.old = new Generation(generationMax);
  }

  get(code: string): ReplicaLink | null {
    const hash = this.hash(code);
    const at = this.young.find(code, hash);
    if (at !== 0) return this.young.read(at, code);
    const oldAt = this.old.find(code, hash);
    if (oldAt === 0) return null;
    const link = this.old.read(oldAt, code);
    this.keep(link, hash);
    return link;
  }

  add(link: ReplicaLink): void {
    if (link.quarantineReason !== null || !ASCII.test(link.code) || !ASCII.test(link.url)) return;
    this.keep(link, this.hash(link.code));
  }

  remove(code: string): void {
    const hash = this.hash(code);
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

  private hash(code: string): number {
    let hash = this.seed;
    for (let i = 0; i < code.length; i++) hash = Math.imul(hash ^ code.charCodeAt(i), 0x5bd1e995);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return hash ^ (hash >>> 13);
  }
}

/** A hash table over entries that lie one after the other. Nothing in it moves or goes but all at once. */
class Generation {
  private readonly bytesMax: number;
  private bytes: PackedBytes = packed(LINKS_AT_FIRST * BYTES_PER_LINK);
  private words = new Int32Array(this.bytes.buffer);
  private doubles = new Float64Array(this.bytes.buffer);
  /** Where the entry of a hash lies, in steps of 8 bytes; 0 for none. Probed one after the other. */
  private slots = new Int32Array(LINKS_AT_FIRST * 2);
  private count = 0;
  /** The first entry does not lie at 0. */
  private end = 8;

  constructor(private readonly linksMax: number) {
    this.bytesMax = Math.min(linksMax * BYTES_PER_LINK, GENERATION_BYTES_MAX);
  }

  /** Where a code's entry lies; 0 where it has none. */
  find(code: string, hash: number): number {
    const { slots, words } = this;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const at = slots[slot] as number;
      if (at === 0 || (words[at * 2 + 4] === hash && this.isOf(at, code))) return at;
    }
  }

  read(at: number, code: string): ReplicaLink {
    const { words, doubles } = this;
    const shape = words[at * 2 + 5] as number;
    const urlAt = at * 8 + ENTRY_HEAD_BYTES + (shape & CODE_LENGTH_BITS);
    const expiresAt = doubles[at + 1] as number;
    return {
      id: doubles[at] as LinkId,
      code,
      url: this.bytes.latin1Slice(urlAt, urlAt + (words[at * 2 + 6] as number)),
      urlVersion: words[at * 2 + 7] as number,
      redirectStatus: ((shape >> STATUS_SHIFT) & 0xfff) as RedirectStatus,
      active: (shape & ACTIVE) !== 0,
      expiresAt: Number.isNaN(expiresAt) ? null : expiresAt,
      quarantineReason: null,
    };
  }

  /** False when the generation is full. The code is not in it. */
  add(link: ReplicaLink, hash: number): boolean {
    const { code, url } = link;
    const size = (ENTRY_HEAD_BYTES + code.length + url.length + 7) & ~7;
    if (this.count >= this.linksMax || this.end + size > this.bytesMax) return false;
    if (this.end + size > this.bytes.length) this.growBytes();
    if (this.count * 2 >= this.slots.length) this.growSlots();
    const at = this.end / 8;
    this.doubles[at] = link.id;
    this.doubles[at + 1] = link.expiresAt ?? Number.NaN;
    this.words[at * 2 + 4] = hash;
    this.words[at * 2 + 5] = code.length | (link.redirectStatus << STATUS_SHIFT) | (link.active ? ACTIVE : 0);
    this.words[at * 2 + 6] = url.length;
    this.words[at * 2 + 7] = link.urlVersion;
    this.bytes.latin1Write(code, this.end + ENTRY_HEAD_BYTES);
    this.bytes.latin1Write(url, this.end + ENTRY_HEAD_BYTES + code.length);
    this.place(at, hash);
    this.end += size;
    this.count++;
    return true;
  }

  /** The entry stays where it is and answers to no code, since the search for others passes it. */
  remove(code: string, hash: number): void {
    const at = this.find(code, hash);
    if (at !== 0) this.words[at * 2 + 5] = REMOVED;
  }

  clear(): void {
    this.slots.fill(0);
    this.count = 0;
    this.end = 8;
  }

  private isOf(at: number, code: string): boolean {
    if (((this.words[at * 2 + 5] as number) & CODE_LENGTH_BITS) !== code.length) return false;
    const { bytes } = this;
    const from = at * 8 + ENTRY_HEAD_BYTES;
    for (let i = 0; i < code.length; i++) if (bytes[from + i] !== code.charCodeAt(i)) return false;
    return true;
  }

  private place(at: number, hash: number): void {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = at;
  }

  private growBytes(): void {
    const grown = packed(this.bytes.length * 2);
    this.bytes.copy(grown, 0, 0, this.end);
    this.bytes = grown;
    this.words = new Int32Array(grown.buffer);
    this.doubles = new Float64Array(grown.buffer);
  }

  private growSlots(): void {
    const entries = this.slots.filter((at) => at !== 0);
    this.slots = new Int32Array(this.slots.length * 2);
    for (const at of entries) this.place(at, this.words[at * 2 + 4] as number);
  }
}

function packed(bytes: number): PackedBytes {
  return Buffer.from(new ArrayBuffer(bytes)) as PackedBytes;
}
