import { StreamDelivery } from '../clicks/stream-delivery.ts';
import { DAY_MS, systemAfter, systemClock } from '../platform/clock.ts';
import type { Endpoint } from '../platform/thread-rpc.ts';
import { readOutbox, seqsIn } from '../storage/outbox/outbox-contents.ts';
import { PostgresConfirmations } from '../storage/postgres/confirmations.ts';
import { PostgresIngestStore } from '../storage/postgres/ingest-store.ts';
import { openPool } from '../storage/postgres/pool.ts';
import { createAsk } from '../storage/postgres/questions.ts';
import { RedisClickStream } from '../storage/redis/redis-click-stream.ts';
import { RedisConnection } from '../storage/redis/redis-connection.ts';
import type { EdgeSealerInit, FollowerToSealer, FromSealer } from './messages.ts';
import { runSealer } from './run-sealer.ts';

declare const self: Endpoint;

/** Longest run of a statement of ingest, and longest wait for what the database has confirmed. */
const STATEMENT_MS = 10_000;
const CONFIRM_MS = 2000;
/** The start does not wait longer for what the database has. */
const PROGRESS_MS = 800;
/** Salts of days that ended longer ago are gone everywhere. */
const SALT_DAYS = 2;

/** Entry of the sealer thread of an edge of its own: batches go to the click stream, and the database confirms them. */
self.onmessage = (event) => {
  start(event.data as EdgeSealerInit).catch((error) =>
    self.postMessage({ failed: error instanceof Error ? error.message : String(error) } satisfies FromSealer),
  );
};

async function start(init: EdgeSealerInit): Promise<void> {
  const name = 'waymark edge delivery';
  const pool = openPool({ url: init.databaseUrl, max: init.connections, statementMs: STATEMENT_MS, name });
  const redis = new RedisConnection({ url: init.redisUrl, name: name.replaceAll(' ', '-') });
  const confirmations = new PostgresConfirmations(createAsk(pool, CONFIRM_MS));
  const direct = new PostgresIngestStore(pool, { now: systemClock, sampleRate: init.sampleRate });
  let salts = new Map(init.salts.map(({ day, salt }) => [day, salt]));
  let heldElsewhere: readonly string[] = [];
  const delivery = new StreamDelivery({
    stream: new RedisClickStream(redis),
    confirmations,
    direct,
    edgeIds: [...new Set([init.edgeId, ...seqsIn(readOutbox(init.outboxDir)).keys()])],
    saltOf: (day) => salts.get(day) ?? null,
    isHeldElsewhere: (edgeId) => heldElsewhere.includes(edgeId),
    now: systemClock,
    after: systemAfter,
  });
  init.follower.onmessage = ({ data }) => {
    const message = data as FollowerToSealer;
    if ('salts' in message) salts = new Map(message.salts.map(({ day, salt }) => [day, salt]));
    else if ('committed' in message) delivery.committed(message.committed);
    else heldElsewhere = message.heldElsewhere;
  };
  const saltOf = async (day: number): Promise<string | null> => {
    const salt = salts.get(day) ?? null;
    if (salt === null && day >= Math.floor(systemClock() / DAY_MS) - SALT_DAYS)
      throw new Error('this salt is not known here yet');
    return salt;
  };
  const ingest = {
    ingest: delivery.ingest.bind(delivery),
    deadLetter: delivery.deadLetter.bind(delivery),
    progress: async () =>
      init.databaseAnswers ? Promise.race([delivery.progress(), Bun.sleep(PROGRESS_MS).then(() => [])]) : [],
    salt: saltOf,
  };
  await runSealer(self, init, { ingest, saltOf, confirmations });
  delivery.close();
  redis.close();
  await pool.end();
}
