import { afterAll, beforeAll, expect, test } from 'bun:test';
import { type RedisCluster, startRedisCluster } from '../../commands/cluster/redis-cluster.ts';
import { type RedisServer, startRedis } from '../../commands/cluster/redis-server.ts';
import { until } from '../../commands/cluster/until.ts';
import { type RateLimiterHarness, rateLimiterConformance } from '../conformance/rate-limiter.ts';
import { RedisConnection } from './redis-connection.ts';
import { RedisRateLimit } from './redis-rate-limit.ts';

let redis: RedisServer;
let cluster: RedisCluster;
beforeAll(async () => {
  [redis, cluster] = await Promise.all([startRedis(), startRedisCluster()]);
}, 30_000);
afterAll(async () => {
  await Promise.all([redis[Symbol.asyncDispose](), cluster.stop()]);
});

/** Whoever gives up on Redis has other buckets: where that is not the point, a busy machine must not decide. */
const PATIENT_MS = 10_000;

async function connect(url: string): Promise<RedisConnection> {
  const connection = new RedisConnection({ url, name: 'test' });
  await connection.ready(5000);
  return connection;
}

async function harness(url: string): Promise<RateLimiterHarness> {
  const clock = { now: 1_000_000 };
  const connection = await connect(url);
  return {
    clock,
    limiter: (limits) =>
      new RedisRateLimit({
        redis: connection,
        name: crypto.randomUUID(),
        limits,
        waitMs: PATIENT_MS,
        time: () => clock.now,
      }),
    close: () => connection.close(),
  };
}

rateLimiterConformance('Redis', () => harness(redis.url));
rateLimiterConformance('Redis Cluster', () =>
  harness(`redis+cluster://${cluster.nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`),
);

const limits = { burst: 4, perSecond: 0.001, callersMax: 100 };

test('two servers share a bucket, by the time of Redis', async () => {
  const connections = [await connect(redis.url), await connect(redis.url)];
  const [a, b] = connections.map(
    (connection) => new RedisRateLimit({ redis: connection, name: 'shared', limits, waitMs: PATIENT_MS }),
  );
  const allowed = [];
  for (let n = 0; n < 3; n++) allowed.push((await a?.take('x'))?.allowed, (await b?.take('x'))?.allowed);
  expect(allowed).toEqual([true, true, true, true, false, false]);
  for (const connection of connections) connection.close();
});

test('a bucket is forgotten once it is full again', async () => {
  const connection = await connect(redis.url);
  const limit = new RedisRateLimit({
    redis: connection,
    name: 'brief',
    limits: { ...limits, perSecond: 100 },
    waitMs: PATIENT_MS,
  });
  await limit.take('x');
  const left = Number(await redis.command('PTTL', 'wm:rate:brief:x'));
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(1100);
  connection.close();
});

test('while Redis hangs or is away each server has buckets of its own', async () => {
  await using own = await startRedis();
  const connection = await connect(own.url);
  const limit = new RedisRateLimit({ redis: connection, name: 'away', limits });
  own.pause();
  expect((await limit.take('x')).remaining).toBe(3);
  // After one request that waited nobody waits any more: the answer is at hand.
  expect(limit.take('x')).toMatchObject({ allowed: true, remaining: 2 });
  own.resume();
  await own.kill();
  await until(() => !connection.isReady, { what: 'the end of the connection' });
  expect(limit.take('x')).toMatchObject({ allowed: true, remaining: 1 });
  expect(limit.take('x')).toMatchObject({ allowed: true, remaining: 0 });
  expect(limit.take('x')).toMatchObject({ allowed: false });
  await own.start();
  await connection.ready(10_000);
  const isShared = async () => {
    await limit.take('y');
    return (await own.command('EXISTS', 'wm:rate:away:y')) === '1';
  };
  await until(isShared, { what: 'shared buckets again' });
  connection.close();
}, 30_000);
