import type { Database } from 'bun:sqlite';
import { closeSync, fdatasyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { DEFAULT_DOMAIN_ID } from '../../links/link.ts';
import { hashCode } from './code-hash.ts';
import { firstSlot, type LinkCopyLayout } from './link-copy.ts';
import { LOOK_UP_AFTER, type LookUpRow, toReplicaLink } from './look-up.ts';
import { canPack, PackedLinks, packedBytes } from './packed-links.ts';

/** Written at a time, and then on the disk: so no fsync of anybody else waits for more than that. */
const CHUNK_BYTES = 16 * 2 ** 20;
/** Slots for each link that is expected; links for which there are none are left to the database. */
const SLOTS_PER_LINK = 1.6;
const SLOTS_MIN = 64;
const LOAD_MAX = 0.85;
/** Some 37 million links; what lies beyond it is left to the database. */
export const COPY_BYTES_MAX = 3.5 * 2 ** 30;
/** Left free on the disk: that room belongs to clicks and to the database. */
export const ROOM_LEFT_BYTES = 2 ** 30;
/** Links read in one transaction, a few ms: a longer one would keep the write-ahead log from beginning again. */
const LINKS_PER_READ = 2000;

export interface LinkCopyOptions {
  /** Made and removed again: only the mapping is left. */
  path: string;
  seed: number;
  /** About how many links there are. */
  links: number;
  /** Default ROOM_LEFT_BYTES and LINKS_PER_READ. */
  roomLeftBytes?: number;
  linksPerRead?: number;
}

/** A copy whose bytes any thread can take over. */
export interface MadeLinkCopy extends LinkCopyLayout {
  buffer: ArrayBuffer;
}

/**
 * Packs all live links into a file and maps it. Links are read over many transactions, so each is as it was at some
 * moment since the beginning: see `LinkCopies` for why that is enough.
 * Shape: links that can't be packed, or for which there is no room, are left out.
 * Errors: throws where the file can't be written, or too little room would be left on the disk. Leaves no file behind.
 */
export async function makeLinkCopy(sqlite: Database, options: LinkCopyOptions): Promise<MadeLinkCopy> {
  const { path, linksPerRead = LINKS_PER_READ } = options;
  const file = new CopyFile(options);
  try {
    const page = sqlite.prepare<LookUpRow, [number, string, number]>(LOOK_UP_AFTER);
    for (let after = ''; ; ) {
      const rows = page.all(DEFAULT_DOMAIN_ID, after, linksPerRead);
      for (const row of rows) file.add(row);
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.code;
      await new Promise<void>((resume) => setImmediate(resume));
    }
    const layout = file.end();
    return { ...layout, buffer: mapWhole(path, file.crc) };
  } finally {
    file.close();
    rmSync(path, { force: true });
  }
}

/** Entries as they come, each chunk written when it is full; slots are kept until the end. */
class CopyFile {
  /** Of all that is written. */
  crc = 0;
  private bytes = 0;
  private readonly fd: number;
  private readonly chunk = new PackedLinks(new ArrayBuffer(CHUNK_BYTES));
  /** The first entry does not lie at 0. */
  private filled = 8;
  private links = 0;
  private readonly slots: number;
  private readonly table: Int32Array;

  constructor(private readonly options: LinkCopyOptions) {
    this.slots = Math.max(SLOTS_MIN, Math.ceil(options.links * SLOTS_PER_LINK));
    this.table = new Int32Array(this.slots * 2);
    this.fd = openSync(options.path, 'w', 0o600);
  }

  add(row: LookUpRow): void {
    const link = toReplicaLink(row);
    const size = packedBytes(link);
    const bytesThen = this.bytes + this.filled + size + this.table.byteLength;
    if (!canPack(link) || size > CHUNK_BYTES || bytesThen > COPY_BYTES_MAX) return;
    if (this.links + 1 > this.slots * LOAD_MAX) return;
    if (this.filled + size > CHUNK_BYTES) this.flush();
    const hash = hashCode(link.code, this.options.seed);
    this.chunk.write(this.filled / 8, link, hash);
    this.place(hash, (this.bytes + this.filled) / 8);
    this.filled += size;
    this.links++;
  }

  end(): LinkCopyLayout {
    this.flush();
    const table = Buffer.from(this.table.buffer);
    for (let from = 0; from < table.length; from += CHUNK_BYTES) this.write(table.subarray(from, from + CHUNK_BYTES));
    return { links: this.links, slots: this.slots };
  }

  close(): void {
    closeSync(this.fd);
  }

  private flush(): void {
    this.write(this.chunk.bytes.subarray(0, this.filled));
    this.filled = 0;
  }

  private write(bytes: Uint8Array): void {
    const { bavail, bsize } = statfsSync(dirname(this.options.path));
    const { roomLeftBytes = ROOM_LEFT_BYTES } = this.options;
    if (bavail * bsize < roomLeftBytes + bytes.length) throw new Error('too little room is left on the disk');
    for (let written = 0; written < bytes.length; ) written += writeSync(this.fd, bytes, written);
    fdatasyncSync(this.fd);
    this.bytes += bytes.length;
    this.crc = Bun.hash.crc32(bytes, this.crc);
  }

  private place(hash: number, at: number): void {
    let slot = firstSlot(hash, this.slots);
    while (this.table[slot * 2 + 1] !== 0) slot = slot + 1 === this.slots ? 0 : slot + 1;
    this.table[slot * 2] = hash;
    this.table[slot * 2 + 1] = at;
  }
}

/** Maps a file and reads all of it: it is what was written, and whoever looks up first does not wait for the kernel. */
function mapWhole(path: string, written: number): ArrayBuffer {
  const mapping = Bun.mmap(path, { shared: true });
  let crc = 0;
  for (let from = 0; from < mapping.length; from += CHUNK_BYTES) {
    crc = Bun.hash.crc32(mapping.subarray(from, from + CHUNK_BYTES), crc);
  }
  if (crc !== written) throw new Error(`${path} does not hold what was written`);
  return mapping.buffer as ArrayBuffer;
}
