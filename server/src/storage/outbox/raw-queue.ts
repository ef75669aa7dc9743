import { closeSync, fdatasyncSync, openSync, rmSync } from 'node:fs';
import type { RawRun, RawSource } from '../../clicks/sealer.ts';
import { rawSegments } from './files.ts';
import { SegmentReader, type SegmentRun } from './segment-reader.ts';

/** Accepted clicks in the order of their seqs, across segments, as one queue. Read by one thread. */
export class RawQueue implements RawSource {
  private reader: SegmentReader | null = null;
  private number = 0;
  private finished: string[] = [];
  private syncedBytes = 0;

  constructor(
    private readonly dir: string,
    /** Seqs of an edge that are sealed or committed already. */
    private readonly doneThrough: (edgeId: string) => number,
  ) {}

  /** The next clicks that are not done yet, at most `limit`; null when all that is there has been read. */
  read(limit: number): RawRun | null {
    for (;;) {
      // The list is taken before the segment is read: where a later one exists, the end seen now is its real end.
      const later = rawSegments(this.dir).filter(({ number }) => number > this.number);
      const run = this.reader?.read(limit) ?? null;
      if (run && this.reader) {
        const edgeId = this.reader.header.edgeId;
        const fresh = withoutDone(run, this.doneThrough(edgeId));
        if (fresh) return { ...fresh, edgeId };
        continue;
      }
      const next = later[0];
      if (!next) return null;
      if (this.reader) {
        this.finished.push(this.reader.path);
        this.reader.close();
        this.reader = null;
      }
      this.number = next.number;
      this.syncedBytes = 0;
      try {
        this.reader = new SegmentReader(next.path);
      } catch {
        this.finished.push(next.path); // No header: nothing was accepted into it.
      }
    }
  }

  /** Makes what has been read survive a loss of power. */
  sync(): void {
    if (!this.reader || this.reader.bytesRead === this.syncedBytes) return;
    const bytes = this.reader.bytesRead;
    const fd = openSync(this.reader.path, 'r+');
    fdatasyncSync(fd);
    closeSync(fd);
    this.syncedBytes = bytes;
  }

  /** Removes the segments that have been read to their end. Call when all that was read is safe elsewhere. */
  removeFinished(): number {
    const paths = this.finished;
    this.finished = [];
    for (const path of paths) rmSync(path, { force: true });
    return paths.length;
  }

  get hasFinished(): boolean {
    return this.finished.length > 0;
  }

  close(): void {
    this.reader?.close();
    this.reader = null;
  }
}

function withoutDone(run: SegmentRun, doneThrough: number): SegmentRun | null {
  if (run.firstSeq > doneThrough) return run;
  if (run.lastSeq <= doneThrough) return null;
  const clicks = run.clicks.filter(({ seq }) => seq > doneThrough);
  return {
    firstSeq: doneThrough + 1,
    lastSeq: run.lastSeq,
    clicks,
    unreadable: run.lastSeq - doneThrough - clicks.length,
  };
}
