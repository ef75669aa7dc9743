import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import type { EdgeBackend } from './backend.ts';
import type { Config, ScaledOutStorage } from './config/config.ts';
import type { ConnectionBudget } from './config/connection-budget.ts';
import { FallbackLookups } from './links/unknown-codes.ts';
import type { Clock } from './platform/clock.ts';
import type { Logger } from './platform/logger.ts';
import type { OpenResources } from './platform/shutdown.ts';
import { drawEdgeId, loadEdgeIdentity } from './storage/outbox/edge-identity.ts';
import { KEPT_SHARE, MmapOutbox } from './storage/outbox/mmap-outbox.ts';
import { sealedThrough } from './storage/outbox/sealed-log.ts';
import { REPLICA_FILE } from './storage/replica/open-replica.ts';
import { lockDataDir } from './storage/sqlite/data-dir-lock.ts';
import { openForReading } from './storage/sqlite/database.ts';
import { SqliteReplica } from './storage/sqlite/sqlite-replica.ts';
import { FollowerHandle } from './threads/follower-handle.ts';
import type { EdgeSealerInit, FollowerInit, FollowerReady } from './threads/messages.ts';
import { SealerHandle } from './threads/sealer-handle.ts';
import { startThread } from './threads/start-thread.ts';

const ROTATE_MS = 5000;
/** How often the follower learns what to report of the outbox. */
const FIGURES_MS = 250;
const CACHE_KIB = 16_384;
const MAPPED_BYTES = 8 * 2 ** 30;

export interface ScaledEdgeDeps {
  config: Config;
  storage: ScaledOutStorage;
  connections: Pick<ConnectionBudget, 'follower' | 'delivery'>;
  logger: Logger;
  now: Clock;
  resources: OpenResources;
  clickCounts: { dropped: number };
  cacheCounts: { hits: number; misses: number };
}

/** An edge over its own disk: replica, outbox, and the threads that follow, look up, seal and deliver. */
export interface ScaledEdge {
  edge: EdgeBackend & { unknown: FallbackLookups };
  outbox: MmapOutbox;
  sealer: SealerHandle;
  follower: FollowerHandle;
  /** Names of the geo databases in use; null for none. */
  geoSource: string | null;
  /** Settles when a thread dies that the edge can't do without. */
  failure: Promise<Error>;
}

const thread = (name: string) =>
  new Worker(new URL(`./threads/${name}-thread.ts`, import.meta.url), { name, smol: true });

/**
 * Opens an edge's files and starts its threads. Neither back end need be there: it then serves what its replica has.
 * Takes a fresh edge id where another process may hold the outbox's own, before anything is accepted or sealed under it.
 * Errors: throws when another process holds the directory or a file can't be used.
 */
export async function openScaledEdge(deps: ScaledEdgeDeps): Promise<ScaledEdge> {
  const { config, storage, connections, logger, now, resources, clickCounts, cacheCounts } = deps;
  const { dataDir, databaseUrl, redisUrl } = storage;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = lockDataDir(dataDir);
  resources.defer('data directory lock', () => lock.release());
  const outboxDir = join(dataDir, 'outbox');
  mkdirSync(outboxDir, { recursive: true, mode: 0o700 });
  const replicaFile = join(dataDir, REPLICA_FILE);
  const failures = Promise.withResolvers<Error>();

  const workers = { follower: thread('follower'), sealer: thread('edge-sealer') };
  const channel = new MessageChannel();
  const identity = loadEdgeIdentity(outboxDir);
  const { thread: followerThread, ready } = await startThread<FollowerReady>(
    'follower',
    workers.follower,
    {
      replicaFile,
      databaseUrl,
      redisUrl,
      connections: connections.follower,
      edgeId: identity.edgeId,
      bootId: randomBytes(16).toString('hex'),
      name: `${hostname()}/${process.pid}`,
      version: config.release.version,
      sealer: channel.port1,
    } satisfies FollowerInit,
    [channel.port1],
  );
  followerThread.onDeath(failures.resolve);
  if (ready.discarded) logger.warn({ file: replicaFile }, 'this file was no replica: it is made anew');

  const lookups = openForReading(replicaFile, CACHE_KIB, MAPPED_BYTES);
  const replica = new SqliteReplica(lookups, config.redirect.linkCacheSize, cacheCounts);
  const unknown = new FallbackLookups({ load: (domainId, code) => follower.lookup(domainId, code), now });
  const follower = new FollowerHandle(followerThread, {
    forget(codes) {
      for (const [domainId, code] of codes) replica.invalidate(domainId, [code]);
      unknown.forget(codes);
    },
    settleAsked() {
      sealer?.sealNow();
      return outbox.lastSeq;
    },
    passed(edgeId) {
      if (edgeId !== outbox.edgeId) return;
      try {
        goOnUnderFreshId();
      } catch (error) {
        failures.resolve(error instanceof Error ? error : new Error(String(error)));
      }
    },
    cloned: (edgeId) =>
      logger.error({ edgeId }, 'another running process uses an edge id of this data directory: one is a copy'),
    trouble: (words) => logger.warn({ reason: words }, 'the replica does not follow just now'),
    failed: failures.resolve,
  });
  resources.defer('follower', async () => {
    await follower.stop();
    followerThread.terminate();
  });
  resources.defer('look-ups', () => lookups.close());

  if (ready.isHeld !== true) {
    const edgeId = drawEdgeId(outboxDir);
    follower.switchEdge(edgeId, true);
    const why =
      ready.isHeld === null
        ? 'the database could not be asked whether another process holds this edge id'
        : 'another process holds this edge id, or did until a moment ago';
    logger.warn({ edgeId, former: identity.edgeId }, `${why}: this one goes on under a fresh id`);
  }
  if (identity.copiedFrom) logger.warn({ copiedFrom: identity.copiedFrom }, 'this outbox is a copy');

  let sealer: SealerHandle | null = null;
  const sealed = sealedThrough(outboxDir);
  const outbox = new MmapOutbox({
    dir: outboxDir,
    bytesMax: config.outbox.bytesMax,
    now,
    committedSeq: (edgeId) => (edgeId === identity.edgeId ? ready.committedSeq : 0),
    sealedSeq: (edgeId) => sealed.get(edgeId) ?? 0,
    onSpareTaken: () => sealer?.spareTaken(),
  });
  const { thread: sealerThread, ready: sealerReady } = await startThread<{ geo: string | null }>(
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
      databaseUrl,
      redisUrl,
      connections: connections.delivery,
      sampleRate: config.events.sampleRate,
      databaseAnswers: ready.isHeld !== null,
      salts: ready.salts,
      follower: channel.port2,
    } satisfies EdgeSealerInit,
    [channel.port2],
  );
  sealerThread.onDeath(failures.resolve);
  const sealing = new SealerHandle(sealerThread, outbox.edgeId, {
    spare: (path) => outbox.addSpare(path),
    segmentsRemoved: (count) => outbox.segmentsRemoved(count),
    sealedBytes: (bytes) => {
      outbox.sealedBytes = bytes;
    },
    failed: failures.resolve,
  });
  sealer = sealing;
  // The outbox may have gone on under another id while the thread started.
  sealing.switchEdge(outbox.edgeId);
  const report = () =>
    follower.report({ acceptedSeq: outbox.lastSeq, dropped: clickCounts.dropped, outboxBytes: outbox.bytes });
  report();
  const rotation = setInterval(() => outbox.rotate(), ROTATE_MS);
  const reporting = setInterval(report, FIGURES_MS);
  resources.defer('sealer', async () => {
    clearInterval(rotation);
    clearInterval(reporting);
    outbox.close();
    report();
    await sealing.stop();
    sealerThread.terminate();
  });

  /** Redirects and clicks go on: what was accepted under the former id stays under it. */
  function goOnUnderFreshId(): void {
    const former = outbox.edgeId;
    const edgeId = drawEdgeId(outboxDir);
    outbox.switchEdge(edgeId);
    sealer?.switchEdge(edgeId);
    follower.switchEdge(edgeId, true);
    logger.error({ edgeId, former }, 'this edge id has passed to another process: this one goes on under a fresh id');
  }

  return {
    edge: {
      replica,
      unknown,
      outbox,
      following() {
        const { cursor, lagMs, inTouch, snapshotsTaken, clonedIds } = follower.status;
        return {
          isWhole: cursor !== null,
          lagSeconds: lagMs === null ? null : lagMs / 1000,
          inTouch,
          snapshots: snapshotsTaken,
          lookups: unknown.counts,
          clonedIds: clonedIds.length,
        };
      },
    },
    outbox,
    sealer: sealing,
    follower,
    geoSource:
      sealerReady.geo
        ?.split(', ')
        .map((path) => basename(path))
        .join(', ') ?? null,
    failure: failures.promise,
  };
}
