import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import type { CapturedClick } from '../../clicks/click.ts';
import type { Outbox } from '../../clicks/outbox.ts';
import type { Clock } from '../../platform/clock.ts';
import { loadEdgeIdentity } from './edge-identity.ts';
import { allocate, rawPath, rawSegments, SEGMENT_BYTES, sparePath, spareSegments } from './files.ts';
import {
  HEADER_BYTES,
  RECORD_BYTES_MAX,
  RECORD_HEAD_BYTES,
  type RecordBytes,
  recordBytes,
  writeClick,
  writeHeader,
} from './segment-format.ts';
import { SegmentReader } from './segment-reader.ts';

/** Raw rows hold addresses, so a segment is closed after this long: it is sealed and gone well within a minute. */
const SEGMENT_AGE_MS = 15_000;

/** Segments left behind before their mappings are collected. */
const MAPPINGS_LEFT_MAX = 4;

/** How long appending rests after a segment could not be made. */
const RETRY_MS = 500;

/** Share of the outbox's size that confirmed batches may take. */
export const KEPT_SHARE = 0.5;

export interface MmapOutboxOptions {
  dir: string;
  bytesMax: number;
  /** Default SEGMENT_BYTES; spares must have the same size. */
  segmentBytes?: number;
  now: Clock;
  /** Seqs up to this one are known to the database; none of them is given out again. */
  committedSeq(edgeId: string): number;
  /** Seqs up to this one are in sealed batches. */
  sealedSeq(edgeId: string): number;
  /** A segment that `addSpare` brought is in use. */
  onSpareTaken(): void;
}

interface Segment {
  bytes: RecordBytes;
  words: Uint32Array;
  offset: number;
  records: number;
  createdAt: number;
}

/**
 * The outbox over memory-mapped segments. A click is copied into a shared mapping, which the kernel owns: it survives
 * the death of the process at once, costs no system call, and so can precede every single response.
 * Source: docs/decisions/0002-outbox-in-mapped-segments.md.
 */
export class MmapOutbox implements Outbox {
  edgeId: string;
  readonly copiedFrom: string | null;
  lastSeq: number;
  /** Bytes that the outbox takes besides its raw segments; told by the sealer. */
  sealedBytes = 0;
  private segment: Segment | null = null;
  private nextNumber: number;
  private rawCount: number;
  private spares: string[];
  private retryAt = 0;
  private mappingsLeft = 0;
  private readonly segmentBytes: number;

  constructor(private readonly options: MmapOutboxOptions) {
    this.segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;
    mkdirSync(options.dir, { recursive: true, mode: 0o700 });
    const identity = loadEdgeIdentity(options.dir);
    this.edgeId = identity.edgeId;
    this.copiedFrom = identity.copiedFrom;
    const raw = rawSegments(options.dir);
    this.nextNumber = (raw.at(-1)?.number ?? 0) + 1;
    this.rawCount = raw.length;
    this.spares = wholeSpares(options.dir, this.segmentBytes);
    this.lastSeq = Math.max(
      lastSeqOnDisk(
        raw.map(({ path }) => path),
        this.edgeId,
      ),
      options.sealedSeq(this.edgeId),
      options.committedSeq(this.edgeId),
    );
    this.openSegment();
  }

  append(click: CapturedClick): boolean {
    let segment = this.segment;
    if (segment === null || segment.offset + RECORD_BYTES_MAX > this.segmentBytes) {
      segment = this.openSegment();
      if (segment === null) return false;
    }
    const { bytes, words, offset } = segment;
    const start = offset + RECORD_HEAD_BYTES;
    const length = writeClick(bytes, start, click) - start;
    words[(offset >> 2) + 1] = Bun.hash.crc32(bytes.subarray(start, start + length));
    words[offset >> 2] = length;
    segment.offset = offset + recordBytes(length);
    segment.records++;
    this.lastSeq++;
    return true;
  }

  /** Closes the current segment if it holds clicks and has been open long enough. Call every few seconds. */
  rotate(): void {
    const segment = this.segment;
    if (segment && segment.records > 0 && this.options.now() - segment.createdAt >= SEGMENT_AGE_MS) this.openSegment();
  }

  /**
   * Goes on under another edge id, from seq 1: the former one has passed to another process. What was accepted under it
   * stays where it is, and no click is refused for it.
   */
  switchEdge(edgeId: string): void {
    this.edgeId = edgeId;
    this.lastSeq = 0;
    this.segment = null;
    this.openSegment();
  }

  /** Leaves an empty segment last, which remembers the next seq: the sealer can then remove every address. Appends nothing more. */
  close(): void {
    if (this.segment && this.segment.records > 0) this.openSegment();
  }

  /** Takes a segment that the sealer has made ready. */
  addSpare(path: string): void {
    this.spares.push(path);
  }

  /** Told by the sealer: raw segments that are sealed and gone. */
  segmentsRemoved(count: number): void {
    this.rawCount -= count;
  }

  get bytes(): number {
    return this.rawCount * this.segmentBytes + this.sealedBytes;
  }

  /** Room left before clicks are dropped. */
  get bytesLeft(): number {
    const unused = this.segment ? this.segmentBytes - this.segment.offset : 0;
    return Math.max(0, this.options.bytesMax - this.bytes + unused);
  }

  /** Null where a new segment can't be had: at the size limit, or when the disk is full. */
  private openSegment(): Segment | null {
    const now = this.options.now();
    if (now < this.retryAt) return null;
    if (this.bytes + this.segmentBytes > this.options.bytesMax) {
      this.retryAt = now + RETRY_MS;
      return this.fail();
    }
    const path = rawPath(this.options.dir, this.nextNumber);
    try {
      const bytes = this.mapFresh(path);
      this.nextNumber++;
      this.rawCount++;
      const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
      // The mapping left behind goes with the collector, which does not see its size and so would let many gather.
      if (++this.mappingsLeft >= MAPPINGS_LEFT_MAX) {
        this.mappingsLeft = 0;
        Bun.gc(false);
      }
      this.segment = { bytes, words, offset: HEADER_BYTES, records: 0, createdAt: now };
      return this.segment;
    } catch {
      rmSync(path, { force: true });
      this.retryAt = now + RETRY_MS;
      return this.fail();
    }
  }

  private fail(): null {
    this.segment = null;
    return null;
  }

  /** @NOTE The header is written under the spare's name, so a raw segment always has one. */
  private mapFresh(path: string): RecordBytes {
    let spare = this.spares.shift();
    if (spare !== undefined) this.options.onSpareTaken();
    else {
      spare = sparePath(this.options.dir, `main-${this.nextNumber}`);
      try {
        allocate(spare, this.segmentBytes);
      } catch (error) {
        rmSync(spare, { force: true });
        throw error;
      }
    }
    const mapping = Bun.mmap(spare, { shared: true });
    const bytes = Buffer.from(mapping.buffer, mapping.byteOffset, mapping.length) as RecordBytes;
    if (bytes.length !== this.segmentBytes) throw new Error(`${spare} has ${bytes.length} bytes`);
    writeHeader(bytes, { edgeId: this.edgeId, firstSeq: this.lastSeq + 1, createdAt: this.options.now() });
    renameSync(spare, path);
    return bytes;
  }
}

/** Spares that can be used. One whose making was cut short, by death or a full disk, is removed. */
function wholeSpares(dir: string, bytes: number): string[] {
  return spareSegments(dir).filter((path) => {
    if (statSync(path).size === bytes) return true;
    rmSync(path, { force: true });
    return false;
  });
}

/** The last seq that raw segments of this edge hold; 0 where there is none. */
function lastSeqOnDisk(paths: string[], edgeId: string): number {
  let last = 0;
  for (const path of paths) {
    let reader: SegmentReader;
    try {
      reader = new SegmentReader(path);
    } catch {
      continue; // No header: nothing was ever accepted into it.
    }
    if (reader.header.edgeId === edgeId) {
      while (reader.read(10_000) !== null);
      last = Math.max(last, reader.position - 1);
    }
    reader.close();
  }
  return last;
}
