/** A sealed batch on its way from an edge to a worker. `content` and `hash` as in `IngestPort.ingest`. */
export interface StreamBatch {
  edgeId: string;
  firstSeq: number;
  lastSeq: number;
  content: string;
  hash: string;
}

/** Where in the stream an entry is: the key it is in and its id there. */
export interface StreamPlace {
  key: string;
  id: string;
}

/** An entry as a consumer gets it. `deliveries` counts how often it was handed out, this time included. */
export interface StreamEntry extends StreamPlace {
  batch: StreamBatch;
  deliveries: number;
}

/**
 * The edge's end of the click stream. The stream is never the only copy of a batch: it may lose everything at any time, and
 * the edge sends again what the database does not confirm.
 */
export interface ClickStream {
  /** Appends one batch. Errors: `unavailable` while the stream is away, or holds as much as it may. */
  append(batch: StreamBatch): Promise<StreamPlace>;
  /** Whether the entry is still there; one that is neither there nor confirmed is to be sent again. Errors: `unavailable`. */
  has(place: StreamPlace): Promise<boolean>;
}

/** A worker's end: one consumer of the group that all workers share. */
export interface ClickStreamConsumer {
  /**
   * Up to `limit` entries: first those that another consumer took and left for longer than the claim time, then fresh ones.
   * Waits up to `waitMs` for the first. An entry that is no batch is put aside and counted, never handed out.
   * Errors: `unavailable`.
   */
  read(limit: number, waitMs: number): Promise<StreamEntry[]>;
  /** Takes entries out of the stream. Call only after the database has committed them, or keeps them as dead letters. */
  done(entries: readonly StreamPlace[]): Promise<void>;
  /** Entries that wait, of all keys; those put aside as no batches at all. */
  depth(): Promise<{ waiting: number; malformed: number }>;
}
