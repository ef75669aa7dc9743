import { systemClock } from '../platform/clock.ts';
import { type Call, type Endpoint, type Reply, toWire } from '../platform/thread-rpc.ts';
import { closeWriting, keepUndoInMemory, openForWriting } from '../storage/sqlite/database.ts';
import { IdempotencyStore } from '../storage/sqlite/idempotency.ts';
import { migrate } from '../storage/sqlite/migrate.ts';
import { createWriteContext, LinkChanges } from '../storage/sqlite/write-context.ts';
import { WriteQueue } from '../storage/sqlite/write-queue.ts';
import { createWriteServices } from '../storage/sqlite/write-services.ts';
import { giveWay } from './give-way.ts';
import type { FromWriter, WriterInit, WriterReady } from './messages.ts';

declare const self: Endpoint;

/** Redirects come first on a full core: as an equal, ingest would take half of it for seconds. A tenth is always left. */
const NICENESS = 10;
/** Batches after which garbage is collected, at most some 0.5 µs a click. */
const BATCHES_PER_COLLECTION = 64;

/** Entry of the writer thread: the one read-write connection to the main database. */
self.onmessage = (event) => {
  try {
    const schema = start(event.data as WriterInit);
    self.postMessage({ ready: { schema } satisfies WriterReady });
  } catch (error) {
    self.postMessage({ failed: error instanceof Error ? error.message : String(error) });
  }
};

function start(init: WriterInit): { from: number; to: number } {
  giveWay(NICENESS);
  const sqlite = openForWriting(init.file);
  const schema = migrate(sqlite);
  keepUndoInMemory(sqlite);
  const changes = new LinkChanges();
  const context = createWriteContext(sqlite, systemClock, changes);
  const { api, ingest, background } = createWriteServices(context, init);
  const queue = new WriteQueue(
    sqlite,
    { ...api, ingest },
    new IdempotencyStore(sqlite, systemClock),
    changes,
    ingest,
    (codes) => self.postMessage({ changed: codes } satisfies FromWriter),
  );
  const send = (replies: Reply[]) => self.postMessage({ replies });
  const sendToSealer = (replies: Reply[]) => init.sealer.postMessage({ replies });
  self.onmessage = ({ data }) => {
    const { calls = [], close } = data as { calls?: Call[]; close?: true };
    for (const call of calls) queue.pushCall(call, send);
    if (close) void shutDown();
  };
  let ingestedSinceCollection = 0;
  init.sealer.onmessage = ({ data }) => {
    const { calls = [] } = data as { calls?: Call[] };
    for (const call of calls) queue.pushIngest(call, sendToSealer);
    ingestedSinceCollection += calls.length;
    if (ingestedSinceCollection < BATCHES_PER_COLLECTION) return;
    // Left alone the heap grows to several times what lives in it before anything is given back.
    Bun.gc(true);
    ingestedSinceCollection = 0;
  };
  const stopBackground = background((task) => queue.pushBackground(task));

  async function shutDown(): Promise<void> {
    stopBackground();
    await queue.idle();
    try {
      closeWriting(sqlite);
      self.postMessage({ closed: true });
    } catch (error) {
      self.postMessage({ closed: true, error: toWire(error).message });
    }
  }
  return schema;
}
