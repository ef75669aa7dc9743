import { randomBytes } from 'node:crypto';
import type { ApiBackend } from './backend.ts';
import type { Confirmations } from './clicks/confirmations.ts';
import { EdgeFigures } from './clicks/edge-figures.ts';
import type { EdgeRegistry } from './clicks/edge-registry.ts';
import { EdgesInTouch } from './clicks/edges-in-touch.ts';
import { Settle } from './clicks/settle.ts';
import type { ScaledOutStorage } from './config/config.ts';
import type { ConnectionBudget } from './config/connection-budget.ts';
import { Applied } from './links/applied.ts';
import type { ChangeFeed } from './links/change-feed.ts';
import type { ReplicaLags } from './links/replica-lag.ts';
import { type Clock, systemAfter } from './platform/clock.ts';
import type { IdempotencyKey } from './platform/idempotency.ts';
import type { Logger } from './platform/logger.ts';
import type { OpenResources } from './platform/shutdown.ts';
import type { Signals } from './platform/signals.ts';
import { type Endpoint, RpcClient } from './platform/thread-rpc.ts';
import type { Queries, WriteScope } from './roles/api/deps.ts';
import type { JoinedSignals } from './storage/open-signals.ts';
import type { PostgresEdgeProgress } from './storage/postgres/edge-progress.ts';
import { RedisConnection } from './storage/redis/redis-connection.ts';
import { RedisRateLimit } from './storage/redis/redis-rate-limit.ts';
import type { WriteNotes } from './storage/write-call.ts';
import type { FromPostgres, PostgresInit, ToPostgres } from './threads/messages.ts';
import { startThread } from './threads/start-thread.ts';
import { createWrite } from './write-scope.ts';

/** How long a start waits to learn whether the database is there. */
const START_MS = 3000;
/** How long a stop waits for calls that run. */
const CLOSE_MS = 5000;

export interface ScaledApiDeps {
  storage: ScaledOutStorage;
  connections: Pick<ConnectionBudget, 'storage' | 'analytics'>;
  sampleRate: number;
  signals: JoinedSignals;
  now: Clock;
  logger: Logger;
  resources: OpenResources;
}

/** The API's reads and writes on PostgreSQL, in a thread of their own. */
export interface ScaledApi extends ApiBackend {
  edges: EdgesInTouch;
  settling: Settle;
  figures: EdgeFigures;
  replicaLags: ReplicaLags;
  isRedisThere(): boolean;
  /** Whether the database answers. Never rejects. */
  databaseAnswers(): Promise<boolean>;
  /** The database's schema, once it could be reached; zeros before. */
  readonly schema: { from: number; to: number };
  /** Settles when the thread dies, or can't do its work for good. */
  failure: Promise<Error>;
}

/** Starts the storage thread. The database need not be there: calls are answered `unavailable` until it is. */
export async function openScaledApi(deps: ScaledApiDeps): Promise<ScaledApi> {
  const { storage, connections, sampleRate, signals, now, logger, resources } = deps;
  const failures = Promise.withResolvers<Error>();
  const worker = new Worker(new URL('./threads/postgres-thread.ts', import.meta.url), { name: 'postgres', smol: true });
  const [reads, writes] = [new MessageChannel(), new MessageChannel()];
  const init: PostgresInit = {
    url: storage.databaseUrl,
    connections,
    sampleRate,
    reads: reads.port1,
    writes: writes.port1,
  };
  const { thread } = await startThread('postgres', worker, init, [reads.port1, writes.port1]);
  thread.onDeath(failures.resolve);

  let schema = { from: 0, to: 0 };
  const isKnown = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  thread.onmessage = ({ data }) => {
    const message = data as FromPostgres;
    if ('schema' in message) schema = message.schema;
    else if ('away' in message) logger.warn({ reason: message.away }, 'the database can not be reached yet');
    if ('schema' in message || 'away' in message) isKnown.resolve();
    if ('failed' in message) failures.resolve(new Error(`the database can not be used: ${message.failed}`));
    else if ('closed' in message) closed.resolve();
  };
  const reader = new RpcClient(reads.port2 as unknown as Endpoint);
  const writer = new RpcClient(writes.port2 as unknown as Endpoint, (notes, context) => {
    const { changed, replayed } = notes as WriteNotes;
    if (changed.length > 0) signals.send({ kind: 'links_changed' });
    if (replayed) (context as { onReplay?: () => void } | undefined)?.onReplay?.();
  });
  resources.defer('storage thread', async () => {
    thread.postMessage({ close: true } satisfies ToPostgres);
    await Promise.race([closed.promise, Bun.sleep(CLOSE_MS)]);
    for (const client of [reader, writer]) client.close(new Error('the server has stopped'));
    thread.terminate();
  });

  const redis = new RedisConnection({ url: storage.redisUrl, name: 'waymark-api-limits' });
  resources.defer('rate limits', () => redis.close());
  const edges = new EdgesInTouch(reader.service<EdgeRegistry>('registry'), now);
  const confirmations = reader.service<Confirmations>('confirmations');
  const name = randomBytes(8).toString('hex');
  const settling = new Settle({ signals, edges, confirmations, after: systemAfter, name });
  const applied = new Applied({ signals, edges, feed: reader.service<ChangeFeed>('feed'), after: systemAfter });
  const figures = new EdgeFigures({
    edges,
    progress: () => reader.service<PostgresEdgeProgress>('progress').edges(),
    signals,
    now,
    after: systemAfter,
  });
  resources.defer('waits for edges', () => {
    for (const wait of [settling, applied, figures]) wait.close();
  });

  // Where the database is there the first request finds it ready; where it is not nobody waits for it.
  await Promise.race([isKnown.promise, failures.promise, Bun.sleep(START_MS)]);

  const write = createWrite(writer);
  const queries: Queries = {
    links: reader.service('links'),
    users: reader.service('users'),
    events: reader.service('events'),
    keys: reader.service('keys'),
    sessions: reader.service('sessions'),
    analytics: reader.service('analytics'),
    importJobs: reader.service('importJobs'),
  };
  return {
    queries,
    write: (idempotency?: IdempotencyKey) => told(write(idempotency), () => applied.everywhere(), signals),
    rateLimiter: (name, limits) => new RedisRateLimit({ redis, name, limits }),
    onKeysChanged: (listener) => signals.on('keys_changed', listener),
    edges,
    settling,
    figures,
    replicaLags: reader.service<ReplicaLags>('replicaLags'),
    isRedisThere: () => signals.ways.redis,
    databaseAnswers: () =>
      queries.keys.findByHash('', now()).then(
        () => true,
        () => false,
      ),
    get schema() {
      return schema;
    },
    failure: failures.promise,
  };
}

/**
 * A scope whose changes are known everywhere when they are answered: edges have applied what redirects need, other API
 * servers have heard of keys and sessions. A random code is not waited for: no edge can have been asked for it before.
 */
function told(scope: WriteScope, applied: () => Promise<unknown>, signals: Pick<Signals, 'send'>): WriteScope {
  const { links, users, keys, sessions, imports, importJobs } = scope;
  const everywhere = async <T>(change: Promise<T>): Promise<T> => {
    const result = await change;
    await applied();
    return result;
  };
  const keysChanged = async <T>(change: Promise<T>): Promise<T> => {
    const result = await change;
    signals.send({ kind: 'keys_changed' }, 'every');
    return result;
  };
  return {
    ...scope,
    get replayed() {
      return scope.replayed;
    },
    links: overriding(links, {
      create: (link) => (link.code === null ? links.create(link) : everywhere(links.create(link))),
      createMany: (made) =>
        made.every(({ code }) => code === null) ? links.createMany(made) : everywhere(links.createMany(made)),
      bulk: (changes) => everywhere(links.bulk(changes)),
      update: (id, patch, ifVersion) => everywhere(links.update(id, patch, ifVersion)),
      delete: (id, ifVersion) => everywhere(links.delete(id, ifVersion)),
      restore: (id) => everywhere(links.restore(id)),
    }),
    users: overriding(users, {
      delete: (id, isContinuation) => everywhere(users.delete(id, isContinuation)),
    }),
    imports: overriding(imports, { links: (rows) => everywhere(imports.links(rows)) }),
    importJobs: overriding(importJobs, {
      step: (id, steps, finish) => everywhere(importJobs.step(id, steps, finish)),
      undoStep: (id) => everywhere(importJobs.undoStep(id)),
    }),
    keys: overriding(keys, {
      create: (key) => keysChanged(keys.create(key)),
      revoke: (id) => keysChanged(keys.revoke(id)),
    }),
    sessions: overriding(sessions, { revoke: (id) => keysChanged(sessions.revoke(id)) }),
  };
}

/** The service with some of its methods in other words. */
function overriding<T extends object>(service: T, methods: Partial<T>): T {
  return new Proxy(service, { get: (_, name) => Reflect.get(methods, name) ?? Reflect.get(service, name) });
}
