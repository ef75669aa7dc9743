import type { ApiKeyCommands, ApiKeyQueries } from '../../accounts/api-key.ts';
import type { SessionCommands, SessionQueries } from '../../accounts/session.ts';
import type { UserCommands, UserQueries } from '../../accounts/user.ts';
import type { AnalyticsQueries } from '../../clicks/analytics.ts';
import type { KnownEdge } from '../../clicks/edge-registry.ts';
import type { EventCommands, EventQueries } from '../../clicks/event.ts';
import type { EdgeClicks } from '../../clicks/invariant.ts';
import type { Config } from '../../config/config.ts';
import type { Access } from '../../http/access.ts';
import type { ImportJobCommands, ImportJobQueries } from '../../links/import-jobs.ts';
import type { ImportCommands } from '../../links/import-rows.ts';
import type { ReplicaLag } from '../../links/replica-lag.ts';
import type { LinkCommands, LinkQueries } from '../../links/store.ts';
import type { Clock } from '../../platform/clock.ts';
import type { IdempotencyKey } from '../../platform/idempotency.ts';
import type { LogBuffer } from '../../platform/log-buffer.ts';
import type { Logger } from '../../platform/logger.ts';
import type { FollowingFigures, Metrics } from '../../platform/metrics.ts';
import type { MakeRateLimiter } from '../../platform/rate-limit.ts';

/** Reads, served off the main thread. Each sees every change that has been answered. */
export interface Queries {
  links: LinkQueries;
  users: UserQueries;
  events: EventQueries;
  keys: ApiKeyQueries;
  sessions: SessionQueries;
  analytics: AnalyticsQueries;
  importJobs: ImportJobQueries;
}

/** Changes, durable when they answer. */
export interface Commands {
  links: LinkCommands;
  users: UserCommands;
  events: EventCommands;
  keys: ApiKeyCommands;
  sessions: SessionCommands;
  imports: ImportCommands;
  importJobs: ImportJobCommands;
}

/** Commands of one request. `replayed` is true once a command was answered with the kept result of an earlier request. */
export interface WriteScope extends Commands {
  readonly replayed: boolean;
}

/** Where clicks stand between the redirect and the database. */
export interface ClickPipeline {
  /** Waits until clicks accepted before this call are in the database, or `timeoutMs` is over. Returns whether they are. */
  settle(timeoutMs: number): Promise<boolean>;
  status(): PipelineStatus;
  /** Told after clicks were committed; returns how to stop listening. At most one call in 250 ms. */
  onCommitted(listener: () => void): () => void;
}

export interface PipelineStatus {
  /** Null where this process is no edge. */
  outbox: OutboxStatus | null;
  /** Seconds since the oldest click that is known here and not committed; 0 for none. */
  lagSeconds: number;
  /** Why clicks could not be delivered or ingested when that was last tried, or null. */
  lastError: string | null;
  /** Every edge id: this process's own as it is, all others as of the last look. */
  edges: EdgeClicks[];
}

/** The outbox of this process. */
export interface OutboxStatus {
  edgeId: string;
  /** Clicks that are not in the database yet. */
  depth: number;
  /** Clicks that were never accepted, since the start. */
  dropped: number;
  bytes: number;
  /** Before clicks are dropped. */
  bytesLeft: number;
}

/** An edge as it last reported, and how far behind its replica is. */
export type EdgeState = KnownEdge & ReplicaLag;

/** How what a process stands on is doing. */
export interface ServiceState {
  /** Whether the database answers the simplest question. Never rejects; the caller bounds the wait. */
  databaseAnswers(): Promise<boolean>;
  /** `off`: this shape has none. */
  redis(): 'off' | 'ok' | 'away';
  /** How this process's replica follows the change feed; null where it has none. */
  following(): FollowingFigures | null;
  /** Every edge that the installation knows, as each last reported; empty where there is no such report. */
  edges(): Promise<EdgeState[]>;
  /** Bytes of the database's files by name; empty where the database is a server of its own. */
  databaseSizes(): Record<string, number>;
}

/** What is known of the installation from its start on. */
export interface Installation {
  schemaVersion: number;
  /** Names of the geo databases in use; null for none. */
  geoSource: string | null;
  /** To be shown wherever places are. */
  geoAttribution: string;
  /** Look-ups of links so far: found in memory, and not. */
  cache(): { hits: number; misses: number };
}

/** What the API role is given. */
export interface ApiDeps {
  config: Config;
  installation: Installation;
  /** Works on import jobs in the background; told of each that was started. */
  importJobs: { wake(): void };
  /** Without a slash at the end. Known once the server listens. */
  baseUrl(): string;
  /** The short URL of a code. */
  shortUrl(code: string): string;
  /** Whether a destination's host (with its port) is this service itself, so that the link would loop. */
  isOwnHost(host: string): boolean;
  queries: Queries;
  /** With a key, the first command's result is kept in its own transaction and answered again for the same request. */
  write(idempotency?: IdempotencyKey): WriteScope;
  clicks: ClickPipeline;
  state: ServiceState;
  access: Access;
  /** Limits of requests: of this process, or shared by all API servers. */
  rateLimiter: MakeRateLimiter;
  metrics: Metrics;
  logs: LogBuffer;
  logger: Logger;
  now: Clock;
  requestId(given: string | null | undefined): string;
  /** Ends the process as SIGTERM does. */
  shutDown(): void;
  /** True once a stop has begun. */
  isStopping(): boolean;
}

/** What the operations' endpoints are given: all that a process of any role has. */
export type OperationsDeps = Omit<ApiDeps, 'queries' | 'write' | 'importJobs' | 'rateLimiter'>;

/** What is known of a request besides itself. */
export interface RequestInfo {
  /** The visitor's address after trusted proxies. */
  address: string;
  /** The connection's own remote address. */
  peer: string;
  /** Raised to a WebSocket by this; null where the listener can't. */
  upgrade: ((data: unknown) => boolean) | null;
}
