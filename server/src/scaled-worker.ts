import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Config, ScaledOutStorage } from './config/config.ts';
import type { ConnectionBudget } from './config/connection-budget.ts';
import type { Logger } from './platform/logger.ts';
import type { OpenResources } from './platform/shutdown.ts';
import type { FromIngest, IngestInit, IngestStatus, ToIngest } from './threads/messages.ts';
import { startThread } from './threads/start-thread.ts';

/** How long a stop waits for the group that is under way. */
const STOP_MS = 8000;

export interface ScaledWorkerDeps {
  storage: ScaledOutStorage;
  connections: Pick<ConnectionBudget, 'ingest' | 'housekeeping'>;
  events: Config['events'];
  logger: Logger;
  resources: OpenResources;
}

/** A worker: the thread that takes clicks from the stream into the database. */
export interface ScaledWorker {
  readonly status: IngestStatus;
  /** The database's schema, once it could be reached; zeros before. */
  readonly schema: { from: number; to: number };
  /** Settles when the thread dies, or can't do its work for good. */
  failure: Promise<Error>;
}

const NOTHING_YET: IngestStatus = {
  read: 0,
  redelivered: 0,
  committed: 0,
  repeated: 0,
  dead: 0,
  conflicts: 0,
  clicks: 0,
  held: 0,
  lagMs: 0,
  lastError: null,
  redis: false,
  database: false,
};

/** Starts the ingest thread. Neither back end need be there: it begins when they are. */
export async function openScaledWorker(deps: ScaledWorkerDeps): Promise<ScaledWorker> {
  const { storage, connections, events, logger, resources } = deps;
  const failures = Promise.withResolvers<Error>();
  const worker = new Worker(new URL('./threads/ingest-thread.ts', import.meta.url), { name: 'ingest', smol: true });
  const init: IngestInit = {
    databaseUrl: storage.databaseUrl,
    redisUrl: storage.redisUrl,
    connections: connections.ingest,
    housekeepingConnections: connections.housekeeping,
    retentionDays: events.retentionDays ?? 0,
    name: `${hostname()}/${process.pid}/${randomBytes(4).toString('hex')}`,
    sampleRate: events.sampleRate,
  };
  const { thread } = await startThread('ingest', worker, init);
  thread.onDeath(failures.resolve);
  let status = NOTHING_YET;
  let schema = { from: 0, to: 0 };
  const stopped = Promise.withResolvers<void>();
  thread.onmessage = ({ data }) => {
    const message = data as FromIngest;
    if ('status' in message) status = message.status;
    else if ('schema' in message) schema = message.schema;
    else if ('trouble' in message) logger.warn({ reason: message.trouble }, 'the worker is held up');
    else if ('failed' in message) failures.resolve(new Error(`the worker can not go on: ${message.failed}`));
    else if ('stopped' in message) stopped.resolve();
  };
  resources.defer('worker', async () => {
    thread.postMessage({ stop: true } satisfies ToIngest);
    await Promise.race([stopped.promise, Bun.sleep(STOP_MS)]);
    thread.terminate();
  });
  return {
    get status() {
      return status;
    },
    get schema() {
      return schema;
    },
    failure: failures.promise,
  };
}
