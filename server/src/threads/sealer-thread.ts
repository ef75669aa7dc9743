import { createHash, randomBytes } from 'node:crypto';
import { rmSync, statfsSync } from 'node:fs';
import { setPriority } from 'node:os';
import { dirname } from 'node:path';
import type { IngestPort } from '../clicks/ingest.ts';
import { Sealer } from '../clicks/sealer.ts';
import { systemClock } from '../platform/clock.ts';
import { type Endpoint, RpcClient } from '../platform/thread-rpc.ts';
import { allocate, SEGMENT_BYTES, sparePath, spareSegments } from '../storage/outbox/files.ts';
import { RawQueue } from '../storage/outbox/raw-queue.ts';
import { SealedLog, sealedThrough } from '../storage/outbox/sealed-log.ts';
import type { FromSealer, SealerInit, ToSealer } from './messages.ts';
import { createThreadEnricher } from './sealer-enricher.ts';

declare const self: Endpoint;

/** Lower priority than redirects on a full core, and still a share of it. */
const NICENESS = 19;
/** How often new clicks are looked for when nobody waits for them. */
const IDLE_MS = 25;
const STATUS_MS = 250;
/** After sealing failed. */
const RETRY_MS = 1000;
/** Batches after which garbage is collected, at most some 0.3 µs a click. */
const BATCHES_PER_COLLECTION = 64;
/** Segments made ready ahead, so that the main thread never has to make one. */
const SPARES = 3;
/** Free on the disk before a spare is made: the last room belongs to what is sealed and to the database. */
const SPARE_ROOM_BYTES = 5 * SEGMENT_BYTES;

const say = (message: FromSealer) => self.postMessage(message);

function freeBytes(dir: string): number {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize;
}

self.onmessage = (event) => {
  start(event.data as SealerInit).catch((error) =>
    say({ failed: error instanceof Error ? error.message : String(error) }),
  );
};

async function start(init: SealerInit): Promise<void> {
  try {
    setPriority(0, NICENESS); // On Linux 0 is the calling thread.
  } catch {
    // Not allowed here: the sealer then competes as an equal.
  }
  const ingest = new RpcClient(init.writer as unknown as Endpoint).service<IngestPort>('ingest');
  const through = sealedThrough(init.outboxDir);
  const sealed = new SealedLog(init.outboxDir, Math.max(1000, init.keepMs / 4), systemClock);
  const raw = new RawQueue(init.outboxDir, (edgeId) => through.get(edgeId) ?? 0);
  const enricher = createThreadEnricher(init, (day) => ingest.salt(day));
  const sealer = await Sealer.create(
    {
      edgeId: init.edgeId,
      raw,
      sealed,
      enrich: enricher.enrich,
      prepare: enricher.prepare,
      ingest,
      hash: (content) => createHash('sha256').update(content).digest('hex'),
      keepMs: init.keepMs,
      now: systemClock,
      segmentsRemoved: (count) => say({ segmentsRemoved: count }),
    },
    through,
  );
  let spares = spareSegments(init.outboxDir).length;
  let stopping = false;
  let wake: (() => void) | null = null;
  let waitMs = 0;

  self.onmessage = ({ data }) => {
    const message = data as ToSealer;
    if ('settle' in message) {
      const { id, seq } = message.settle;
      void sealer.settled(seq).then(() => say({ settled: id }));
    } else if ('stop' in message) {
      stopping = true;
    } else {
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

  let syncedAt = 0;
  let saidAt = 0;
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
