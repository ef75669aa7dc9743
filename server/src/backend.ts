import type { ApiKeyQueries } from './accounts/api-key.ts';
import type { SessionQueries } from './accounts/session.ts';
import type { Outbox } from './clicks/outbox.ts';
import type { Config } from './config/config.ts';
import type { Replica } from './links/replica.ts';
import type { UnknownCodes } from './links/unknown-codes.ts';
import type { Clock } from './platform/clock.ts';
import type { IdempotencyKey } from './platform/idempotency.ts';
import type { Logger } from './platform/logger.ts';
import type { FollowingFigures } from './platform/metrics.ts';
import type { MakeRateLimiter } from './platform/rate-limit.ts';
import type { OpenResources } from './platform/shutdown.ts';
import type { ClickPipeline, Installation, Queries, ServiceState, WriteScope } from './roles/api/deps.ts';

/** What the edge role answers redirects from. */
export interface EdgeBackend {
  replica: Replica;
  /** Where to look for codes that the replica does not know; null where the replica is the database itself. */
  unknown: UnknownCodes | null;
  outbox: Outbox;
  /** How the replica follows the change feed; null where it is the database itself. */
  following: (() => FollowingFigures) | null;
}

/** What the API role reads and writes. */
export interface ApiBackend {
  queries: Queries;
  write(idempotency?: IdempotencyKey): WriteScope;
  rateLimiter: MakeRateLimiter;
  /** Tells of keys and sessions that another process has made or revoked. Returns how to stop listening. */
  onKeysChanged(listener: () => void): () => void;
}

/** What carries the roles of one process: the files and threads of the embedded shape, or the back ends of the scaled-out one. */
export interface Backend {
  /** Null where this process is no edge. */
  edge: EdgeBackend | null;
  /** Null where this process has no API. */
  api: ApiBackend | null;
  /** Keys for the operations' endpoints, which every role serves. */
  keys: ApiKeyQueries;
  /** Likewise. */
  sessions: SessionQueries;
  clicks: ClickPipeline;
  state: ServiceState;
  installation: Installation;
  schema: { from: number; to: number };
  /** Settles when something dies that the process can't do without. */
  failure: Promise<Error>;
}

/** What a back end is opened with. */
export interface BackendDeps {
  config: Config;
  logger: Logger;
  now: Clock;
  resources: OpenResources;
  clickCounts: { dropped: number };
  cacheCounts: { hits: number; misses: number; copied: number };
}
