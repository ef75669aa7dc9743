import type { ApiKeyQueries } from './accounts/api-key.ts';
import type { Outbox } from './clicks/outbox.ts';
import type { Replica } from './links/replica.ts';
import type { UnknownCodes } from './links/unknown-codes.ts';
import type { IdempotencyKey } from './platform/idempotency.ts';
import type { ClickPipeline, Installation, Queries, ServiceState, WriteScope } from './roles/api/deps.ts';

/** What the edge role answers redirects from. */
export interface EdgeBackend {
  replica: Replica;
  /** Where to look for codes that the replica does not know; null where the replica is the database itself. */
  unknown: UnknownCodes | null;
  outbox: Outbox;
}

/** What the API role reads and writes. */
export interface ApiBackend {
  queries: Queries;
  write(idempotency?: IdempotencyKey): WriteScope;
}

/** What carries the roles of one process: the files and threads of the embedded shape, or the back ends of the scaled-out one. */
export interface Backend {
  /** Null where this process is no edge. */
  edge: EdgeBackend | null;
  /** Null where this process has no API. */
  api: ApiBackend | null;
  /** Keys for the operations' endpoints, which every role serves. */
  keys: ApiKeyQueries;
  clicks: ClickPipeline;
  state: ServiceState;
  installation: Installation;
  schema: { from: number; to: number };
  /** Settles when something dies that the process can't do without. */
  failure: Promise<Error>;
}
