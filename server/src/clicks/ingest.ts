/** What became of one batch. `conflict`: the range is known with other content, so it is a dead letter. */
export interface IngestOutcome {
  result: 'committed' | 'already_committed' | 'conflict';
  /** Clicks of live links, counted now. */
  committed: number;
  /** Clicks of links deleted meanwhile. */
  discarded: number;
  /** Unreadable rows, or on a conflict the seqs that no other batch has. */
  dead: number;
  /** Ids given to the event rows: [first, last], both 0 where none was stored. */
  eventIds: [number, number];
}

/** What the database has of one edge. Seqs up to `watermark` are all accounted for. */
export interface EdgeProgress {
  edgeId: string;
  watermark: number;
  committed: number;
  discarded: number;
  dead: number;
}

/** Content that no ingest can take, and why. */
export interface DeadLetter {
  edgeId: string;
  firstSeq: number;
  lastSeq: number;
  reason: string;
  content: string;
}

/** The one door by which clicks enter the database. */
export interface IngestPort {
  /**
   * One transaction: range, events, rollups and counters, or nothing of them. Running it again changes nothing.
   * `content` is a sealed batch as `encodeBatch` wrote it; `hash` its SHA-256 in hex.
   * Errors: `unavailable` while the database can't be written; anything else will not go away by itself.
   */
  ingest(content: string, hash: string): Promise<IngestOutcome>;
  /** Keeps it for an operator and counts its range as dead, once, so that the rest goes on. */
  deadLetter(entry: DeadLetter): Promise<void>;
  progress(): Promise<EdgeProgress[]>;
  /** The salt of a UTC day (days since the epoch), made on first use; null where the day is over 48 h past. 32 hex digits. */
  salt(day: number): Promise<string | null>;
}

/** Ingest of several batches in one transaction, which costs less for each click. */
export interface GroupIngestPort extends IngestPort {
  /**
   * As `ingest` for each, all of them in one transaction: an error keeps nothing of any.
   * Shape: outcomes in the order of the batches.
   */
  ingestAll(batches: readonly { content: string; hash: string }[]): Promise<IngestOutcome[]>;
}
