import type { EdgeReport } from '../clicks/edge-registry.ts';
import type { SealerStatus } from '../clicks/sealer.ts';
import type { StreamConsumerStatus } from '../clicks/stream-consumer.ts';
import type { FeedLink } from '../links/change-feed.ts';
import type { FollowerStatus } from '../links/replica-follower.ts';
import type { ChangedCode } from '../links/replica-store.ts';
import type { LinkCopyOptions, MadeLinkCopy } from '../storage/sqlite/link-copy-maker.ts';
import type { WriteNotes } from '../storage/write-call.ts';

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

/** What a sealer of either shape is told. */
export interface SealerBase {
  edgeId: string;
  outboxDir: string;
  dataDir: string;
  geoipPath: string | null;
  keepMs: number;
  keptBytesMax: number;
  syncMs: number;
}

export interface SealerInit extends SealerBase {
  writer: MessagePort;
}

/** The sealer of an edge of its own, which delivers by way of Redis and PostgreSQL. */
export interface EdgeSealerInit extends SealerBase {
  databaseUrl: string;
  redisUrl: string;
  /** To PostgreSQL. */
  connections: number;
  sampleRate: number;
  /** Whether the database answered a moment ago: if not, the start does not wait for it once more. */
  databaseAnswers: boolean;
  /** By day, as the replica has them at the start. */
  salts: Salt[];
  follower: MessagePort;
}

export interface Salt {
  day: number;
  salt: string;
}

export interface FollowerInit {
  replicaFile: string;
  databaseUrl: string;
  redisUrl: string;
  /** To PostgreSQL, signals not counted. */
  connections: number;
  edgeId: string;
  bootId: string;
  /** Host and process, for people. */
  name: string;
  version: string;
  sealer: MessagePort;
}

export interface FollowerReady {
  /** Whether this process holds its edge id; null where the database could not be asked in time. */
  isHeld: boolean | null;
  /** Seqs of that edge id up to this one are known to the database; 0 where it could not be asked. */
  committedSeq: number;
  salts: Salt[];
  /** A file was there that is no replica: thrown away. */
  discarded: boolean;
}

/** To the storage thread of an API server on PostgreSQL. */
export interface PostgresInit {
  url: string;
  /** Connections at most: for reads and writes, and for analytics, which so never keeps a write waiting. */
  connections: { storage: number; analytics: number };
  /** As for a reader. */
  sampleRate: number;
  /** Where calls of queries come in, and calls of commands: they have the same names. */
  reads: MessagePort;
  writes: MessagePort;
}

export interface WriterReady {
  schema: { from: number; to: number };
}

/** From the writer to the main thread, beside replies: links that no caller changed. */
export type FromWriter = { changed: WriteNotes['changed'] };

/** To the thread that packs links. */
export interface LinkCopyInit extends LinkCopyOptions {
  /** The database. */
  file: string;
}

/** From the main thread to it: the copy that nobody reads any more, to end with; null for none. */
export type ToLinkCopy = { former: ArrayBuffer | null };

/** From it to the main thread. */
export type FromLinkCopy = { made: MadeLinkCopy } | { failed: string };

/** From the main thread to the sealer: tell when clicks up to `seq` are committed; a spare segment is used up; look for clicks at once; go on under another edge id; stop. */
export type ToSealer =
  | { settle: { id: number; seq: number } }
  | { spareTaken: true }
  | { sealNow: true }
  | { edgeId: string }
  | { stop: true };

/** From the sealer to the main thread. */
export type FromSealer =
  | { ready: { geo: string | null } }
  | { failed: string }
  | { settled: number }
  | { status: SealerStatus }
  | { spare: string }
  | { segmentsRemoved: number }
  | { stopped: true };

/** From the main thread to the follower: look-ups; what to report of the outbox; an edge id to go on under; the answer to `settleAsked`; stop. */
export type ToFollower =
  | { lookups: { id: number; domainId: number; code: string }[] }
  | { figures: OutboxFigures }
  | { edgeId: string; watchFormer: boolean }
  | { settled: { ask: string; urgent: boolean; acceptedSeq: number } }
  | { stop: true };

export type OutboxFigures = Pick<EdgeReport, 'acceptedSeq' | 'dropped' | 'outboxBytes'>;

/** How the follower is, besides its replica. */
export interface EdgeStatus extends FollowerStatus {
  /** Which ways signals have. */
  signals: { redis: boolean; postgres: boolean };
  /** Edge ids of this outbox that another live process goes on renewing: a cloned disk. */
  clonedIds: string[];
}

/** From the follower to the main thread. What it says to forget is on disk before it says so. */
export type FromFollower =
  | { ready: FollowerReady }
  | { failed: string }
  | { found: { id: number; link: FeedLink | null | 'unavailable' } }
  | { forget: readonly ChangedCode[] }
  | { status: EdgeStatus }
  | { settleAsked: { ask: string; urgent: boolean } }
  | { passed: string }
  | { cloned: string }
  | { trouble: string }
  | { stopped: true };

/** From the follower to the sealer. */
export type FollowerToSealer = { salts: Salt[] } | { committed: string[] } | { heldElsewhere: readonly string[] };

/** From the main thread to the storage thread: finish what runs, and say `closed`. */
export type ToPostgres = { close: true };

/**
 * From the storage thread to the main thread. `ready`: calls are taken, and answered `unavailable` until `schema` says at which
 * version the database is; `away` says why it can't be reached yet. `failed`: what will not pass, such as a newer database.
 */
export type FromPostgres =
  | { ready: Record<string, never> }
  | { away: string }
  | { schema: { from: number; to: number } }
  | { failed: string }
  | { closed: true };

/** To the ingest thread of a worker. */
export interface IngestInit {
  databaseUrl: string;
  redisUrl: string;
  connections: number;
  housekeepingConnections: number;
  /** Days that rows of clicks are kept; 0 keeps them for ever. */
  retentionDays: number;
  /** Of the consumer: unlike that of any other, ever. */
  name: string;
  sampleRate: number;
}

/** From the main thread to the ingest thread: finish the group under way, and say `stopped`. */
export type ToIngest = { stop: true };

export interface IngestStatus extends StreamConsumerStatus {
  /** Whether the stream is in reach, and whether the database answered when it was last asked. */
  redis: boolean;
  database: boolean;
}

/** From the ingest thread to the main thread. `trouble`: what passes by itself; `failed`: what does not. */
export type FromIngest =
  | { ready: Record<string, never> }
  | { schema: { from: number; to: number } }
  | { status: IngestStatus }
  | { trouble: string }
  | { failed: string }
  | { stopped: true };
