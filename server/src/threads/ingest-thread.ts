import { StreamConsumer } from '../clicks/stream-consumer.ts';
import { systemAfter, systemClock } from '../platform/clock.ts';
import type { Endpoint } from '../platform/thread-rpc.ts';
import { openSignals } from '../storage/open-signals.ts';
import { awaitSchema } from '../storage/postgres/await-schema.ts';
import { PostgresIngestStore } from '../storage/postgres/ingest-store.ts';
import { openPool } from '../storage/postgres/pool.ts';
import { RedisClickConsumer } from '../storage/redis/redis-click-consumer.ts';
import { RedisConnection } from '../storage/redis/redis-connection.ts';
import type { FromIngest, IngestInit, ToIngest } from './messages.ts';

declare const self: Endpoint;

/** A group of batches is committed within a second or so; what takes this long is stuck. */
const STATEMENT_MS = 60_000;
const STATUS_MS = 250;
/** How often it is looked whether the database answers. */
const LOOK_MS = 1000;

const say = (message: FromIngest) => self.postMessage(message);
const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Entry of a worker's ingest thread: clicks from the stream into PostgreSQL. */
self.onmessage = ({ data }) => {
  const init = data as IngestInit;
  const pool = openPool({
    url: init.databaseUrl,
    max: init.connections,
    statementMs: STATEMENT_MS,
    name: 'waymark worker ingest',
  });
  const redis = new RedisConnection({ url: init.redisUrl, name: `waymark worker ${init.name}` });
  const signals = openSignals({
    redisUrl: init.redisUrl,
    databaseUrl: init.databaseUrl,
    name: `waymark worker ${init.name}`,
    onError: (error) => say({ trouble: wordsOf(error) }),
  });
  const consumer = new StreamConsumer({
    stream: new RedisClickConsumer(redis, { name: init.name }),
    ingest: new PostgresIngestStore(pool, { now: systemClock, sampleRate: init.sampleRate }),
    signals,
    now: systemClock,
    after: systemAfter,
  });
  let isStopping = false;
  let database = false;
  const status = setInterval(
    () => say({ status: { ...consumer.status(), redis: redis.isReady, database } }),
    STATUS_MS,
  );
  const looks = setInterval(() => {
    pool.query('SELECT 1').then(
      () => {
        database = true;
      },
      () => {
        database = false;
      },
    );
  }, LOOK_MS);

  const work = async () => {
    const schema = await awaitSchema(pool, {
      onAway: (error) => say({ trouble: wordsOf(error) }),
      isClosed: () => isStopping,
    });
    say({ schema });
    await consumer.run();
  };
  const working = work().catch((error: unknown) => {
    if (!isStopping) say({ failed: wordsOf(error) });
  });
  self.onmessage = (event) => {
    if (!(event.data as ToIngest).stop || isStopping) return;
    isStopping = true;
    consumer.stop();
    void working.then(async () => {
      clearInterval(status);
      clearInterval(looks);
      await Promise.all([pool.end(), signals.close()]);
      redis.close();
      say({ stopped: true });
    });
  };
  say({ ready: {} });
};
