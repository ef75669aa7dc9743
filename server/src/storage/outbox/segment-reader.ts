import { closeSync, openSync, readSync } from 'node:fs';
import type { OutboxClick } from '../../clicks/click.ts';
import {
  decodeClick,
  HEADER_BYTES,
  RECORD_BYTES_MAX,
  RECORD_HEAD_BYTES,
  readHeader,
  recordBytes,
  type SegmentHeader,
} from './segment-format.ts';

const CHUNK_BYTES = 512 * 1024;

/** Clicks read in one go, and how many seqs of that run could not be read. */
export interface SegmentRun {
  firstSeq: number;
  lastSeq: number;
  clicks: OutboxClick[];
  unreadable: number;
}

/** Reads a raw segment from front to end while it may still be written by another thread. */
export class SegmentReader {
  private readonly fd: number;
  private readonly chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  private offset = HEADER_BYTES;
  private nextSeq: number;
  /** Where a record last failed its check for the first time. */
  private suspectAt = 0;
  readonly header: SegmentHeader;

  /** Errors: throws for a file without a segment header. */
  constructor(readonly path: string) {
    this.fd = openSync(path, 'r');
    const head = Buffer.alloc(HEADER_BYTES);
    const header = readSync(this.fd, head, 0, HEADER_BYTES, 0) === HEADER_BYTES ? readHeader(head) : null;
    if (!header) {
      closeSync(this.fd);
      throw new Error(`${path} is not an outbox segment`);
    }
    this.header = header;
    this.nextSeq = header.firstSeq;
  }

  /** The seq that the next record has. */
  get position(): number {
    return this.nextSeq;
  }

  /** Bytes read so far, header included. */
  get bytesRead(): number {
    return this.offset;
  }

  /** Up to `limit` records that are there now; null at the present end. */
  read(limit: number): SegmentRun | null {
    const run: SegmentRun = { firstSeq: this.nextSeq, lastSeq: this.nextSeq - 1, clicks: [], unreadable: 0 };
    while (run.lastSeq - run.firstSeq + 1 < limit) {
      const available = readSync(this.fd, this.chunk, 0, CHUNK_BYTES, this.offset);
      const suspect = this.suspectAt;
      const used = this.take(available, limit, run);
      if (used === 0 && this.suspectAt === suspect) break;
      this.offset += used;
    }
    return run.lastSeq < run.firstSeq ? null : run;
  }

  /** Takes whole records from the chunk; returns the bytes they took. */
  private take(available: number, limit: number, run: SegmentRun): number {
    let at = 0;
    while (run.lastSeq - run.firstSeq + 1 < limit && at + RECORD_HEAD_BYTES <= available) {
      const length = this.chunk.readUInt32LE(at);
      if (length === 0 || length > RECORD_BYTES_MAX) break;
      if (at + RECORD_HEAD_BYTES + length > available) break;
      const start = at + RECORD_HEAD_BYTES;
      const payload = this.chunk.subarray(start, start + length);
      const whole = Bun.hash.crc32(payload) === this.chunk.readUInt32LE(at + 4);
      // @NOTE One copy out of a page that is being written can hold a record's length and not yet its text: only a second copy is believed.
      if (!whole && this.suspectAt !== this.offset + at) {
        this.suspectAt = this.offset + at;
        break;
      }
      const click = whole ? decodeClick(this.chunk.toString('utf8', start, start + length), this.nextSeq) : null;
      if (click) run.clicks.push(click);
      else run.unreadable++;
      run.lastSeq = this.nextSeq++;
      at += recordBytes(length);
    }
    return Math.min(at, available);
  }

  close(): void {
    closeSync(this.fd);
  }
}
