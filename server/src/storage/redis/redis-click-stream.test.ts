import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type RedisCluster, startRedisCluster } from '../../commands/cluster/redis-cluster.ts';
import { type RedisServer, startRedis } from '../../commands/cluster/redis-server.ts';
import { clickStreamConformance } from '../conformance/click-stream.ts';
import { redisStreamHarness } from '../conformance/redis-stream-harness.ts';
import { RedisClickConsumer } from './redis-click-consumer.ts';
import { RedisClickStream } from './redis-click-stream.ts';
import { RedisConnection } from './redis-connection.ts';
import { shardOf, streamKeys } from './stream-keys.ts';

let redis: RedisServer;
let cluster: RedisCluster;
beforeAll(async () => {
  [redis, cluster] = await Promise.all([startRedis(), startRedisCluster()]);
}, 30_000);
afterAll(async () => {
  await Promise.all([redis[Symbol.asyncDispose](), cluster.stop()]);
});
const clusterUrl = () => `redis+cluster://${cluster.nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;

clickStreamConformance('Redis', () => redisStreamHarness(redis.url, () => redis.flushAll()));
clickStreamConformance('Redis Cluster', () =>
  redisStreamHarness(clusterUrl(), async () => {
    await Promise.all(cluster.nodes.map((node) => node.flushAll()));
  }),
);

const batch = (firstSeq: number) => ({
  edgeId: 'ab'.repeat(16),
  firstSeq,
  lastSeq: firstSeq,
  content: '{}',
  hash: 'cd'.repeat(32),
});

test('a batch has one key, and batches of one edge are spread evenly', () => {
  const keys = streamKeys();
  const counts = new Map<string, number>();
  for (let first = 1; first <= 80_000; first += 10) {
    const key = shardOf(keys, 'ab'.repeat(16), first);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual([...keys.shards]);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test('a cluster spreads the keys over its nodes', async () => {
  const connection = new RedisConnection({ url: clusterUrl(), name: 'test' });
  await connection.ready(5000);
  const stream = new RedisClickStream(connection);
  for (let first = 1; first <= 100; first++) await stream.append(batch(first));
  const keysOf = await Promise.all(cluster.nodes.map((node) => node.command('DBSIZE')));
  expect(keysOf.map(Number).reduce((sum, keys) => sum + keys, 0)).toBe(8);
  for (const keys of keysOf) expect(Number(keys)).toBeGreaterThan(0);
  connection.close();
});

describe('a consumer', () => {
  const open = async () => {
    const connection = new RedisConnection({ url: redis.url, name: 'test' });
    await connection.ready(5000);
    const keys = streamKeys(`test${crypto.randomUUID().slice(0, 8)}:`);
    const consumers = async () => {
      const all = await Promise.all(keys.shards.map((key) => redis.command('XINFO', 'CONSUMERS', key, 'ingest')));
      return all.join('\n');
    };
    return { connection, keys, consumers, stream: new RedisClickStream(connection, { keys }) };
  };

  test('that leaves is forgotten where it holds nothing, and keeps its entries where it does', async () => {
    const { connection, keys, consumers, stream } = await open();
    const consumer = new RedisClickConsumer(connection, { name: 'leaver', keys });
    const { key } = await stream.append(batch(1));
    await consumer.read(10, 1000);
    await consumer.leave();
    expect((await consumers()).match(/leaver/g)).toHaveLength(1);
    expect(await redis.command('XPENDING', key, 'ingest')).toContain('leaver');
    connection.close();
  });

  test('that was forgotten goes on all the same', async () => {
    const { connection, keys, stream } = await open();
    const consumer = new RedisClickConsumer(connection, { name: 'back', keys });
    await consumer.read(10, 0);
    await consumer.leave();
    await stream.append(batch(1));
    expect(await consumer.read(10, 1000)).toHaveLength(1);
    connection.close();
  });

  test('of a cluster of which a node is gone still gets what the others hold', async () => {
    await using small = await startRedisCluster();
    const url = `redis+cluster://${small.nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
    for (const node of small.nodes) await node.command('CONFIG', 'SET', 'cluster-require-full-coverage', 'no');
    const connection = new RedisConnection({ url, name: 'test' });
    await connection.ready(5000);
    const stream = new RedisClickStream(connection);
    const consumer = new RedisClickConsumer(connection, { name: 'one', claimMs: 60_000 });
    await consumer.read(10, 0);
    await small.nodes[1]?.kill();
    const sent = await Promise.allSettled(Array.from({ length: 60 }, (_, n) => stream.append(batch(n + 1))));
    const taken = sent.filter(({ status }) => status === 'fulfilled').length;
    expect(taken).toBeGreaterThan(10);
    const found = [];
    for (let read = 0; found.length < taken && read < 20; read++) found.push(...(await consumer.read(100, 50)));
    expect(found.length).toBe(taken);
    connection.close();
  }, 60_000);
});
