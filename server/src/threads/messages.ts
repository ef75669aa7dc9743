import type { SealerStatus } from '../clicks/sealer.ts';
import type { WriteNotes } from '../storage/sqlite/write-queue.ts';

/** First message to each thread; it answers `{ ready: ... }` or `{ failed: message }`. */
export interface WriterInit {
  file: string;
  sampleRate: number;
  retentionDays: number | null;
  sealer: MessagePort;
}

export interface ReaderInit {
  file: string;
  cacheKib: number;
  /** Share of raw click rows kept, so that answers can say when rows are a sample. */
  sampleRate: number;
}

export interface SealerInit {
  edgeId: string;
  outboxDir: string;
  dataDir: string;
  geoipPath: string | null;
  keepMs: number;
  syncMs: number;
  writer: MessagePort;
}

export interface WriterReady {
  schema: { from: number; to: number };
}

/** From the writer to the main thread, beside replies: links that no caller changed; whether its log waits for readers to end. */
export type FromWriter = { changed: WriteNotes['changed'] } | { logIsLong: boolean };

/** From the main thread to the sealer: tell when clicks up to `seq` are committed; a spare segment is used up; stop. */
export type ToSealer = { settle: { id: number; seq: number } } | { spareTaken: true } | { stop: true };

/** From the sealer to the main thread. */
export type FromSealer =
  | { ready: { geo: string | null } }
  | { failed: string }
  | { settled: number }
  | { status: SealerStatus }
  | { spare: string }
  | { segmentsRemoved: number }
  | { stopped: true };
