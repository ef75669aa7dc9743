import { closeSync, openSync, readSync } from 'node:fs';

/** Where the index of the write-ahead log says how many frames it holds. Source: sqlite.org/walformat.html, "WAL-Index Header". */
const FRAMES_AT = 16;

/** Frames at which readers are to be brief, before SQLite tries a checkpoint at 5,000. */
const LONG_FRAMES = 4_000;

/**
 * Tells when a database's write-ahead log has grown so long that it is to begin again at its front, which it can only
 * while nobody reads. Shape: asked by the writer after each commit; costs one small read.
 */
export class LogLength {
  isLong = false;
  private readonly index: number;
  private readonly frames = Buffer.alloc(4);

  /** `file`: the database, which a connection in WAL mode has open. */
  constructor(file: string) {
    this.index = openSync(`${file}-shm`, 'r');
  }

  /** Whether `isLong` has changed. */
  hasChanged(): boolean {
    readSync(this.index, this.frames, 0, 4, FRAMES_AT);
    // The index is written in the machine's own order of bytes, which is this one wherever Bun runs.
    const isLong = this.frames.readUInt32LE() >= LONG_FRAMES;
    if (isLong === this.isLong) return false;
    this.isLong = isLong;
    return true;
  }

  close(): void {
    closeSync(this.index);
  }
}
