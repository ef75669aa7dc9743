import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Backend, BackendDeps } from './backend.ts';
import { pastEdge } from './clicks/invariant.ts';
import { type Clock, DAY_MS } from './platform/clock.ts';
import { RateLimit } from './platform/rate-limit.ts';
import { RpcClient } from './platform/thread-rpc.ts';
import type { ClickPipeline, Queries } from './roles/api/deps.ts';
import { GEO_ATTRIBUTION } from './storage/geo/attribution.ts';
import { KEPT_SHARE, MmapOutbox } from './storage/outbox/mmap-outbox.ts';
import { sealedThrough } from './storage/outbox/sealed-log.ts';
import { lockDataDir } from './storage/sqlite/data-dir-lock.ts';
import { DATABASE_FILE, openForReading } from './storage/sqlite/database.ts';
import { EmbeddedDatabase } from './storage/sqlite/embedded-database.ts';
import { SqliteReplica } from './storage/sqlite/sqlite-replica.ts';
import type { WriteNotes } from './storage/write-call.ts';
import { LinkCopyUpkeep } from './threads/link-copy-upkeep.ts';
import type { FromWriter, ReaderInit, SealerInit, WriterInit, WriterReady } from './threads/messages.ts';
import { SealerHandle } from './threads/sealer-handle.ts';
import { startThread, type Thread } from './threads/start-thread.ts';
import { createWrite } from './write-scope.ts';

const ROTATE_MS = 5000;
const WRITER_CLOSE_MS = 5000;
const NO_CLICKS = { committed: 0, discarded: 0, dead: 0 };
/** Page cache of a reader thread, of the analytics thread, and of the main thread's look-ups and figures. */
const CACHE_KIB = { reader: 16_384, analytics: 32_768, replica: 16_384, figures: 1_024 };

const thread = (name: string) =>
  new Worker(new URL(`./threads/${name}-thread.ts`, import.meta.url), { name, smol: true });

/** Opens the embedded shape: SQLite files in one directory, and the threads that work on them. Errors: throws when another process holds it or a file can't be used. */
export async function openEmbedded({
  config,
  logger,
  now,
  resources,
  clickCounts,
  cacheCounts,
}: BackendDeps): Promise<Backend> {
  const { dataDir } = config.storage;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = lockDataDir(dataDir);
  resources.defer('data directory lock', () => lock.release());
  const file = join(dataDir, DATABASE_FILE);
  const outboxDir = join(dataDir, 'outbox');
  const failures = Promise.withResolvers<Error>();

  // All threads load their code side by side; each begins when it gets its first message.
  const workers = {
    writer: thread('writer'),
    reader: thread('reader'),
    analytics: thread('reader'),
    sealer: thread('sealer'),
  };
  const channel = new MessageChannel();
  const writer = await startThread<WriterReady>(
    'writer',
    workers.writer,
    {
      file,
      sampleRate: config.events.sampleRate,
      retentionDays: config.events.retentionDays,
      sealer: channel.port1,
    } satisfies WriterInit,
    [channel.port1],
  );
  writer.thread.onDeath(failures.resolve);

  const lookups = openForReading(file, CACHE_KIB.replica);
  resources.defer('look-ups', () => lookups.close());
  const replica = new SqliteReplica(lookups, config.redirect.linkCacheSize, cacheCounts);
  const figures = openForReading(file, CACHE_KIB.figures);
  resources.defer('figures', () => figures.close());
  const database = new EmbeddedDatabase(figures, dataDir);
  const writerClient = new RpcClient(writer.thread, (notes, context) => {
    const { changed, replayed } = notes as WriteNotes;
    forget(replica, changed);
    if (replayed) (context as { onReplay?: () => void } | undefined)?.onReplay?.();
  });
  listenToWriter(writer.thread, replica);
  resources.defer('writer', () => closeWriter(writer.thread, writerClient));
  const linkCopies = new LinkCopyUpkeep({
    file,
    dataDir,
    replica,
    cacheSize: config.redirect.linkCacheSize,
    linkCount: () => database.linkCount(),
    counts: cacheCounts,
    logger,
    now,
  });
  resources.defer('link copies', () => linkCopies.stop());

  const [reader, analytics] = await Promise.all(
    (['reader', 'analytics'] as const).map(async (name) => {
      const started = await startThread(name, workers[name], {
        file,
        cacheKib: CACHE_KIB[name],
        sampleRate: config.events.sampleRate,
      } satisfies ReaderInit);
      started.thread.onDeath(failures.resolve);
      resources.defer(name, () => started.thread.terminate());
      return new RpcClient(started.thread);
    }),
  );
  if (!reader || !analytics) throw new Error('a reader did not start');

  let spareTaken = () => {};
  mkdirSync(outboxDir, { recursive: true, mode: 0o700 });
  const sealed = sealedThrough(outboxDir);
  const outbox = new MmapOutbox({
    dir: outboxDir,
    bytesMax: config.outbox.bytesMax,
    now,
    committedSeq: (edgeId) => database.committedSeq(edgeId),
    sealedSeq: (edgeId) => sealed.get(edgeId) ?? 0,
    onSpareTaken: () => spareTaken(),
  });
  if (outbox.copiedFrom) {
    logger.warn(
      { edgeId: outbox.edgeId, copiedFrom: outbox.copiedFrom },
      'this outbox is a copy: it goes on under an edge id of its own',
    );
  }
  const sealerThread = await startThread<{ geo: string | null }>(
    'sealer',
    workers.sealer,
    {
      edgeId: outbox.edgeId,
      outboxDir,
      dataDir,
      geoipPath: config.geoipPath,
      keepMs: config.outbox.keepMs,
      keptBytesMax: config.outbox.bytesMax * KEPT_SHARE,
      syncMs: config.outbox.syncMs,
      writer: channel.port2,
    } satisfies SealerInit,
    [channel.port2],
  );
  const sealer = new SealerHandle(sealerThread.thread, outbox.edgeId, {
    spare: (path) => outbox.addSpare(path),
    segmentsRemoved: (count) => outbox.segmentsRemoved(count),
    sealedBytes: (bytes) => {
      outbox.sealedBytes = bytes;
    },
    failed: failures.resolve,
  });
  sealerThread.thread.onDeath(failures.resolve);
  spareTaken = () => sealer.spareTaken();
  const rotation = setInterval(() => outbox.rotate(), ROTATE_MS);
  resources.defer('sealer', async () => {
    clearInterval(rotation);
    outbox.close();
    await sealer.stop();
    sealerThread.thread.terminate();
  });

  const read = <T extends object>(client: RpcClient, name: string) => client.service<T>(name);
  const queries: Queries = {
    links: read(reader, 'links'),
    users: read(reader, 'users'),
    events: read(reader, 'events'),
    keys: read(reader, 'keys'),
    sessions: read(reader, 'sessions'),
    analytics: read(analytics, 'analytics'),
    importJobs: read(reader, 'importJobs'),
  };
  return {
    edge: { replica, unknown: null, outbox, following: null },
    api: {
      queries,
      write: createWrite(writerClient),
      rateLimiter: (_, limits) => new RateLimit(limits, now),
      onKeysChanged: () => () => {}, // This process is the only one.
    },
    keys: queries.keys,
    sessions: queries.sessions,
    clicks: createPipeline({ outbox, sealer, database, now, clickCounts }),
    state: {
      databaseAnswers: () =>
        queries.keys.findByHash('', now()).then(
          () => true,
          () => false,
        ),
      redis: () => 'off',
      following: () => null,
      edges: async () => [],
      databaseSizes: () => database.sizes(),
    },
    schema: writer.ready.schema,
    installation: {
      schemaVersion: writer.ready.schema.to,
      geoSource:
        sealerThread.ready.geo
          ?.split(', ')
          .map((path) => basename(path))
          .join(', ') ?? null,
      geoAttribution: GEO_ATTRIBUTION,
      cache: () => ({ hits: replica.hits, misses: replica.misses }),
    },
    failure: failures.promise,
  };
}

function createPipeline(parts: {
  outbox: MmapOutbox;
  sealer: SealerHandle;
  database: EmbeddedDatabase;
  now: Clock;
  clickCounts: { dropped: number };
}): ClickPipeline {
  const { outbox, sealer, database, now, clickCounts } = parts;
  return {
    settle: (timeoutMs) => sealer.settle(outbox.lastSeq, timeoutMs),
    onCommitted: (listener) => sealer.onCommitted(listener),
    status() {
      const { committedSeq, oldestAt, lastError } = sealer.status;
      const { edgeId, lastSeq, bytes, bytesLeft } = outbox;
      const behind = lastSeq > committedSeq;
      const edges = database.edges();
      const own = edges.find((edge) => edge.edgeId === edgeId) ?? { edgeId, watermark: 0, ...NO_CLICKS };
      return {
        outbox: { edgeId, depth: lastSeq - committedSeq, dropped: clickCounts.dropped, bytes, bytesLeft },
        lagSeconds: behind && oldestAt !== null ? Math.min((now() - oldestAt) / 1000, (30 * DAY_MS) / 1000) : 0,
        lastError,
        edges: [
          { ...pastEdge(own), accepted: lastSeq, accounted: Math.max(committedSeq, own.watermark) },
          ...edges.filter((edge) => edge.edgeId !== edgeId).map(pastEdge),
        ],
      };
    },
  };
}

function forget(replica: SqliteReplica, changed: WriteNotes['changed']): void {
  for (const [domainId, code] of changed) replica.invalidate(domainId, [code]);
}

function listenToWriter(writer: Thread, replica: SqliteReplica): void {
  const receiveReplies = writer.onmessage;
  writer.onmessage = (event) => {
    const message = event.data as FromWriter | { replies: unknown };
    if ('changed' in message) forget(replica, message.changed);
    else receiveReplies?.(event);
  };
}

/** Lets the writer finish and leave a database without a log beside it. */
function closeWriter(writer: Thread, client: RpcClient): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      client.close(new Error('the server has stopped'));
      writer.terminate();
      resolve();
    };
    const timer = setTimeout(done, WRITER_CLOSE_MS);
    const receive = writer.onmessage;
    writer.onmessage = (event) => {
      if ((event.data as { closed?: true }).closed) done();
      else receive?.(event);
    };
    writer.postMessage({ close: true });
  });
}
