import { StreamConsumer, type StreamConsumerStatus } from '../clicks/stream-consumer.ts';
import { systemAfter, systemClock } from '../platform/clock.ts';
import type { Endpoint } from '../platform/thread-rpc.ts';
import { openSignals } from '../storage/open-signals.ts';
import { awaitSchema } from '../storage/postgres/await-schema.ts';
import { Housekeeping } from '../storage/postgres/housekeeping.ts';
import { housekeepingTasks } from '../storage/postgres/housekeeping-tasks.ts';
import { PostgresIngestStore } from '../storage/postgres/ingest-store.ts';
import { PostgresPartitions } from '../storage/postgres/partitions.ts';
import { openPool } from '../storage/postgres/pool.ts';
import { RedisClickConsumer } from '../storage/redis/redis-click-consumer.ts';
import { RedisConnection } from '../storage/redis/redis-connection.ts';
import type { FromIngest, IngestInit, ToIngest } from './messages.ts';

declare const self: Endpoint;

/** A group of batches is committed within a second or so; what takes this long is stuck. */
const STATEMENT_MS = 60_000;
const UPKEEP_STATEMENT_MS = 300_000;
const STATUS_MS = 250;
/** Groups under way at one time: while the database works on one the thread prepares the other. */
const CONSUMERS = 2;
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
  const ingest = new PostgresIngestStore(pool, { now: systemClock, sampleRate: init.sampleRate });
  const consumers = Array.from(
    { length: CONSUMERS },
    (_, n) =>
      new StreamConsumer({
        stream: new RedisClickConsumer(redis, { name: `${init.name}/${n}` }),
        ingest,
        signals,
        now: systemClock,
        after: systemAfter,
      }),
  );
  const upkeepPool = openPool({
    url: init.databaseUrl,
    max: init.housekeepingConnections,
    statementMs: UPKEEP_STATEMENT_MS,
    name: 'waymark worker housekeeping',
  });
  const housekeeping = new Housekeeping(upkeepPool, {
    tasks: housekeepingTasks(upkeepPool, { now: systemClock, retentionDays: init.retentionDays }),
    after: systemAfter,
    elapsed: () => performance.now(),
    onError: (error, task) => say({ trouble: `housekeeping${task === null ? '' : ` (${task})`}: ${wordsOf(error)}` }),
  });
  let isStopping = false;
  let database = false;
  const status = setInterval(
    () => say({ status: { ...addUp(consumers.map((one) => one.status())), redis: redis.isReady, database } }),
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
    // Before the first click, so that none lands in a default partition; where it fails, housekeeping makes up for it.
    await new PostgresPartitions(pool, { now: systemClock })
      .makeAhead()
      .catch((error: unknown) => say({ trouble: `partitions: ${wordsOf(error)}` }));
    housekeeping.start();
    await Promise.all(consumers.map((one) => one.run()));
  };
  const working = work().catch((error: unknown) => {
    if (!isStopping) say({ failed: wordsOf(error) });
  });
  self.onmessage = (event) => {
    if (!(event.data as ToIngest).stop || isStopping) return;
    isStopping = true;
    for (const one of consumers) one.stop();
    void Promise.all([working, housekeeping.stop()]).then(async () => {
      clearInterval(status);
      clearInterval(looks);
      await Promise.all([pool.end(), upkeepPool.end(), signals.close()]);
      redis.close();
      say({ stopped: true });
    });
  };
  say({ ready: {} });
};

function addUp(all: readonly StreamConsumerStatus[]): StreamConsumerStatus {
  const sum = (pick: (status: StreamConsumerStatus) => number) =>
    all.reduce((total, status) => total + pick(status), 0);
  return {
    read: sum(({ read }) => read),
    redelivered: sum(({ redelivered }) => redelivered),
    committed: sum(({ committed }) => committed),
    repeated: sum(({ repeated }) => repeated),
    dead: sum(({ dead }) => dead),
    conflicts: sum(({ conflicts }) => conflicts),
    clicks: sum(({ clicks }) => clicks),
    held: sum(({ held }) => held),
    lagMs: Math.max(...all.map(({ lagMs }) => lagMs)),
    lastError: all.find(({ lastError }) => lastError !== null)?.lastError ?? null,
  };
}
