import type { LinkId, RedirectStatus, ReplicaLink } from '../../links/link.ts';

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

/** Whether a link can be packed: not one in quarantine or with a text beyond ASCII; those are few. */
export function canPack({ code, url, quarantineReason }: ReplicaLink): boolean {
  return quarantineReason === null && ASCII.test(code) && ASCII.test(url);
}

/** Bytes of a link's entry, a multiple of 8. */
export function packedBytes({ code, url }: ReplicaLink): number {
  return (ENTRY_HEAD_BYTES + code.length + url.length + 7) & ~7;
}

/**
 * Links as entries in bytes: the collector neither visits them nor learns of them, however many there are.
 * Shape: `at` is where an entry begins, in steps of 8 bytes; whoever keeps entries says where. Codes are shorter than 255.
 */
export class PackedLinks {
  readonly bytes: PackedBytes;
  readonly words: Int32Array;
  private readonly doubles: Float64Array;

  constructor(buffer: ArrayBuffer) {
    this.bytes = Buffer.from(buffer) as PackedBytes;
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  hashAt(at: number): number {
    return this.words[at * 2 + 4] as number;
  }

  isOf(at: number, code: string): boolean {
    if (((this.words[at * 2 + 5] as number) & CODE_LENGTH_BITS) !== code.length) return false;
    const { bytes } = this;
    const from = at * 8 + ENTRY_HEAD_BYTES;
    for (let i = 0; i < code.length; i++) if (bytes[from + i] !== code.charCodeAt(i)) return false;
    return true;
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

  write(at: number, link: ReplicaLink, hash: number): void {
    const { words, doubles, bytes } = this;
    const { code, url } = link;
    doubles[at] = link.id;
    doubles[at + 1] = link.expiresAt ?? Number.NaN;
    words[at * 2 + 4] = hash;
    words[at * 2 + 5] = code.length | (link.redirectStatus << STATUS_SHIFT) | (link.active ? ACTIVE : 0);
    words[at * 2 + 6] = url.length;
    words[at * 2 + 7] = link.urlVersion;
    bytes.latin1Write(code, at * 8 + ENTRY_HEAD_BYTES);
    bytes.latin1Write(url, at * 8 + ENTRY_HEAD_BYTES + code.length);
  }

  /** The entry stays where it is and answers to no code, since a search for others may pass it. */
  remove(at: number): void {
    this.words[at * 2 + 5] = REMOVED;
  }
}
