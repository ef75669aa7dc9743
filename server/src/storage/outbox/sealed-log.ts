import { closeSync, fdatasyncSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import type { SealedFrame, SealedStore } from '../../clicks/sealer.ts';
import { type NumberedFile, sealedLogs, sealedPath } from './files.ts';

/**
 * Sealed batches in append-only files, each frame: u32 length of content, u32 CRC-32 of all that follows,
 * edge id (32), first and last seq (f64), content. Bytes once written never change.
 */
const FRAME_HEAD_BYTES = 56;
const FILE_BYTES_MAX = 16 * 1024 * 1024;
const CONTENT_BYTES_MAX = 64 * 1024 * 1024;

/** A sealed batch by its place in a file. Units: bytes, head included. */
export interface SealedLogFrame extends SealedFrame {
  offset: number;
  bytes: number;
}

export class SealedLog implements SealedStore<SealedLogFrame> {
  private fd: number | null = null;
  private current: NumberedFile;
  private offset = 0;
  private dirty = false;
  private frame = Buffer.alloc(0);

  constructor(
    private readonly dir: string,
    private readonly rotateMs: number,
    private readonly now: () => number,
  ) {
    this.current = { number: sealedLogs(dir).at(-1)?.number ?? 0, path: '' };
  }

  private openedAt = 0;

  /** Every whole frame on disk, oldest first. A torn one ends its file. */
  *frames(): Generator<SealedLogFrame> {
    for (const { number, path } of sealedLogs(this.dir)) yield* framesOf(number, path);
  }

  /** Errors: throws when the disk is full; the frame is then not there. */
  append(edgeId: string, firstSeq: number, lastSeq: number, content: string): SealedLogFrame {
    const frame = this.frameFor(content);
    frame.writeUInt32LE(frame.length - FRAME_HEAD_BYTES, 0);
    frame.write(edgeId, 8, 32, 'latin1');
    frame.writeDoubleLE(firstSeq, 40);
    frame.writeDoubleLE(lastSeq, 48);
    frame.writeUInt32LE(Bun.hash.crc32(frame.subarray(8)), 4);
    const fd = this.writable();
    const offset = this.offset;
    for (let written = 0; written < frame.length; ) {
      written += writeSync(fd, frame, written, frame.length - written, offset + written);
    }
    this.offset += frame.length;
    this.dirty = true;
    return { edgeId, firstSeq, lastSeq, file: this.current.number, offset, bytes: frame.length };
  }

  /** One buffer serves all frames: a new one for each would be most of the thread's garbage. */
  private frameFor(content: string): Buffer {
    const needed = FRAME_HEAD_BYTES + Buffer.byteLength(content);
    if (this.frame.length < needed) this.frame = Buffer.allocUnsafe(needed * 2);
    this.frame.write(content, FRAME_HEAD_BYTES);
    return this.frame.subarray(0, needed);
  }

  content(frame: SealedLogFrame): string {
    const fd = openSync(sealedPath(this.dir, frame.file), 'r');
    try {
      const bytes = Buffer.allocUnsafe(frame.bytes - FRAME_HEAD_BYTES);
      const read = readSync(fd, bytes, 0, bytes.length, frame.offset + FRAME_HEAD_BYTES);
      if (read !== bytes.length) throw new Error(`sealed batch ${frame.firstSeq}-${frame.lastSeq} is cut`);
      return bytes.toString('utf8');
    } finally {
      closeSync(fd);
    }
  }

  sync(): void {
    if (this.dirty && this.fd !== null) fdatasyncSync(this.fd);
    this.dirty = false;
  }

  /** The file that is being written, which is never to be removed; null before the first frame. */
  get openFile(): number | null {
    return this.fd === null ? null : this.current.number;
  }

  /** Begins a new file with the next frame if the present one is old, so that it can be removed in time. */
  rotateIfOld(): void {
    if (this.fd !== null && this.offset > 0 && this.now() - this.openedAt > this.rotateMs) this.closeFile();
  }

  remove(file: number): void {
    rmSync(sealedPath(this.dir, file), { force: true });
  }

  get bytes(): number {
    return sealedLogs(this.dir).reduce(
      (sum, { path }) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
  }

  closeFile(): void {
    this.sync();
    if (this.fd !== null) closeSync(this.fd);
    this.fd = null;
  }

  private writable(): number {
    if (this.fd !== null && this.offset >= FILE_BYTES_MAX) this.closeFile();
    if (this.fd === null) {
      const number = this.current.number + 1;
      this.current = { number, path: sealedPath(this.dir, number) };
      this.fd = openSync(this.current.path, 'w', 0o600);
      this.offset = 0;
      this.openedAt = this.now();
    }
    return this.fd;
  }
}

/** The whole frames of one file, oldest first. A torn one ends it. */
export function* framesOf(number: number, path: string): Generator<SealedLogFrame> {
  const fd = openSync(path, 'r');
  try {
    const head = Buffer.allocUnsafe(FRAME_HEAD_BYTES);
    for (let offset = 0; readSync(fd, head, 0, FRAME_HEAD_BYTES, offset) === FRAME_HEAD_BYTES; ) {
      const length = head.readUInt32LE(0);
      if (length === 0 || length > CONTENT_BYTES_MAX) return;
      const rest = Buffer.allocUnsafe(FRAME_HEAD_BYTES - 8 + length);
      if (readSync(fd, rest, 0, rest.length, offset + 8) !== rest.length) return;
      if (Bun.hash.crc32(rest) !== head.readUInt32LE(4)) return;
      const bytes = FRAME_HEAD_BYTES + length;
      yield {
        edgeId: head.toString('latin1', 8, 40),
        firstSeq: head.readDoubleLE(40),
        lastSeq: head.readDoubleLE(48),
        file: number,
        offset,
        bytes,
      };
      offset += bytes;
    }
  } finally {
    closeSync(fd);
  }
}

/** The last sealed seq of each edge. */
export function sealedThrough(dir: string): Map<string, number> {
  const last = new Map<string, number>();
  for (const { number, path } of sealedLogs(dir)) {
    for (const frame of framesOf(number, path)) {
      last.set(frame.edgeId, Math.max(last.get(frame.edgeId) ?? 0, frame.lastSeq));
    }
  }
  return last;
}
