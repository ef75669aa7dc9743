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
   * Up to `limit` entries: those that another consumer took and left for longer than the claim time, else fresh ones.
   * Waits up to `waitMs` for the first. An entry that is no batch is put aside and counted, never handed out.
   * Errors: `unavailable`.
   */
  read(limit: number, waitMs: number): Promise<StreamEntry[]>;
  /**
   * Takes entries out of the stream; those that are gone already are passed over. Call only after the database has committed
   * them, or keeps them as dead letters. Errors: `unavailable`; they come again then.
   */
  done(entries: readonly StreamPlace[]): Promise<void>;
  /** Says that these are still being worked on: from now on nobody claims them for another claim time. Errors: `unavailable`. */
  keep(entries: readonly StreamPlace[]): Promise<void>;
  /** Gives entries back as if they had never been handed out: others may claim them at once. Errors: `unavailable`. */
  release(entries: readonly StreamEntry[]): Promise<void>;
  /** Entries in the stream, those being worked on included; those ever put aside as no batches at all. Errors: `unavailable`. */
  depth(): Promise<{ waiting: number; malformed: number }>;
}
