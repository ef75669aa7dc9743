import { createHash, randomBytes } from 'node:crypto';
import { rmSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Confirmations } from '../clicks/confirmations.ts';
import type { IngestPort } from '../clicks/ingest.ts';
import { Sealer } from '../clicks/sealer.ts';
import { systemClock } from '../platform/clock.ts';
import type { Endpoint } from '../platform/thread-rpc.ts';
import { allocate, SEGMENT_BYTES, sparePath, spareSegments } from '../storage/outbox/files.ts';
import { RawQueue } from '../storage/outbox/raw-queue.ts';
import { SealedLog, sealedThrough } from '../storage/outbox/sealed-log.ts';
import { giveWay } from './give-way.ts';
import type { FromSealer, SealerBase, ToSealer } from './messages.ts';
import { createThreadEnricher } from './sealer-enricher.ts';

/** Lower priority than redirects on a full core, and still a share of it. */
const NICENESS = 19;
/** How often new clicks are looked for when nobody waits for them. */
const IDLE_MS = 25;
const STATUS_MS = 250;
/** How often it is asked whether what was confirmed is still there. */
const RECHECK_MS = 5000;
/** After sealing failed. */
const RETRY_MS = 1000;
/** Batches after which garbage is collected, at most some 0.3 µs a click. */
const BATCHES_PER_COLLECTION = 64;
/** Segments made ready ahead, so that the main thread never has to make one. */
const SPARES = 3;
/** Free on the disk before a spare is made: the last room belongs to what is sealed and to the database. */
const SPARE_ROOM_BYTES = 5 * SEGMENT_BYTES;

function freeBytes(dir: string): number {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize;
}

export interface SealerPorts {
  ingest: IngestPort;
  /** Errors: a salt that is to be asked for again. */
  saltOf(day: number): Promise<string | null>;
  /** Null where the database can't lose what it has confirmed. */
  confirmations: Confirmations | null;
}

/**
 * The sealer's thread, whatever its batches are delivered by: seals what is accepted, delivers, makes spare segments,
 * removes files. Settles once it was told to stop and has delivered what could be in a few seconds.
 */
export async function runSealer(main: Endpoint, init: SealerBase, ports: SealerPorts): Promise<void> {
  const { ingest, saltOf, confirmations } = ports;
  const say = (message: FromSealer) => main.postMessage(message);
  giveWay(NICENESS);
  const through = sealedThrough(init.outboxDir);
  const sealed = new SealedLog(init.outboxDir, Math.max(1000, init.keepMs / 4), systemClock);
  const raw = new RawQueue(init.outboxDir, (edgeId) => through.get(edgeId) ?? 0);
  const enricher = createThreadEnricher(init, saltOf);
  const sealer = await Sealer.create(
    {
      edgeId: init.edgeId,
      raw,
      sealed,
      enrich: enricher.enrich,
      prepare: enricher.prepare,
      ingest,
      confirmations,
      hash: (content) => createHash('sha256').update(content).digest('hex'),
      keepMs: init.keepMs,
      keptBytesMax: init.keptBytesMax,
      now: systemClock,
      segmentsRemoved: (count) => say({ segmentsRemoved: count }),
    },
    through,
  );
  let spares = spareSegments(init.outboxDir).length;
  let stopping = false;
  let wake: (() => void) | null = null;
  let waitMs = 0;

  main.onmessage = ({ data }) => {
    const message = data as ToSealer;
    if ('settle' in message) {
      const { id, seq } = message.settle;
      void sealer.settled(seq).then(() => say({ settled: id }));
    } else if ('stop' in message) {
      stopping = true;
    } else if ('edgeId' in message) {
      sealer.switchEdge(message.edgeId);
    } else if ('spareTaken' in message) {
      spares--;
    }
    wake?.();
  };
  say({ ready: { geo: enricher.geoSource } });

  const makeSpare = () => {
    if (spares >= SPARES || freeBytes(init.outboxDir) < SPARE_ROOM_BYTES) return;
    const path = sparePath(init.outboxDir, randomBytes(6).toString('hex'));
    try {
      allocate(path, SEGMENT_BYTES);
      spares++;
      say({ spare: path });
    } catch {
      rmSync(path, { force: true }); // No room: the main thread finds out for itself and counts what it drops.
    }
  };

  let troubled = false;
  /** The disk is full, or the like: what is accepted stays in its raw segment, and the work is tried again. */
  const trouble = (error: unknown) => {
    if (!troubled) console.error(`sealing failed in ${dirname(init.outboxDir)}`, error);
    troubled = true;
    waitMs = RETRY_MS;
  };
  const pump = async (): Promise<boolean> => {
    try {
      const busy = await sealer.pump();
      if (busy) troubled = false;
      return busy;
    } catch (error) {
      trouble(error);
      return false;
    }
  };
  const housekeep = () => {
    try {
      sealer.housekeep();
    } catch (error) {
      trouble(error);
    }
  };

  let rechecking = false;
  const recheck = () => {
    if (rechecking) return;
    rechecking = true;
    sealer
      .recheck()
      .then((lost) => {
        if (lost > 0) console.error(`the database has lost ${lost} batches that it had confirmed: they are sent again`);
      })
      .catch(() => {}) // The database is away: asked again later.
      .finally(() => {
        rechecking = false;
      });
  };

  let syncedAt = 0;
  let saidAt = 0;
  let recheckedAt = systemClock();
  let sealedSinceCollection = 0;
  for (;;) {
    const busy = await pump();
    if (busy && ++sealedSinceCollection >= BATCHES_PER_COLLECTION) {
      // Left alone the heap grows to several times what lives in it before anything is given back.
      Bun.gc(true);
      sealedSinceCollection = 0;
    }
    const now = systemClock();
    if (now - syncedAt >= init.syncMs) {
      housekeep();
      makeSpare();
      syncedAt = now;
    }
    if (now - saidAt >= STATUS_MS) {
      say({ status: sealer.status() });
      saidAt = now;
    }
    if (confirmations && now - recheckedAt >= RECHECK_MS) {
      recheck();
      recheckedAt = now;
    }
    if (stopping && !busy) break;
    await new Promise<void>((resume) => {
      wake = resume;
      if (busy) setImmediate(resume);
      else setTimeout(resume, waitMs || IDLE_MS);
    });
    wake = null;
    waitMs = 0;
  }
  const deadline = systemClock() + 3000;
  while (!sealer.idle && systemClock() < deadline) {
    await pump();
    await new Promise((resume) => setTimeout(resume, 5));
  }
  housekeep();
  sealed.closeFile();
  raw.close();
  say({ status: sealer.status() });
  say({ stopped: true });
}
