import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { startPostgres } from '../../src/commands/cluster/postgres-server.ts';
import { startRedisCluster } from '../../src/commands/cluster/redis-cluster.ts';
import { startSentinel } from '../../src/commands/cluster/redis-sentinel.ts';
import { startRedis } from '../../src/commands/cluster/redis-server.ts';
import { until } from '../../src/commands/cluster/until.ts';

describe('a PostgreSQL of one’s own', () => {
  test('keeps its data over a stop and over a kill, on the same address', async () => {
    const server = await startPostgres({ fsync: true });
    const { dir } = server;
    try {
      const url = await server.createDatabase('kept');
      expect(url).toBe(`postgres://postgres@127.0.0.1:${server.port}/kept`);
      await server.psql('CREATE TABLE t AS SELECT 1 AS n', 'kept');
      await server.restart();
      await server.psql('INSERT INTO t VALUES (2)', 'kept');
      await server.kill();
      expect(server.pid).toBe(0);
      await server.start();
      expect(await server.psql('SELECT n FROM t ORDER BY n', 'kept')).toBe('1\n2');
      expect(await server.psql('SHOW fsync')).toBe('on');
    } finally {
      await server[Symbol.asyncDispose]();
    }
    expect(existsSync(dir)).toBe(false);
  }, 60_000);
});

describe('a Redis of one’s own', () => {
  test('is restarted with what it held, or empty', async () => {
    await using redis = await startRedis();
    await redis.command('SET', 'k', 'v');
    await redis.restart();
    expect(await redis.command('GET', 'k')).toBe('v');
    await redis.restart({ empty: true });
    expect(await redis.command('GET', 'k')).toBe('');
    await redis.command('SET', 'k', 'v');
    await redis.flushAll();
    expect(await redis.command('DBSIZE')).toBe('0');
  });

  test('answers nothing while it is paused', async () => {
    await using redis = await startRedis();
    redis.pause();
    let answered = false;
    const reply = redis.command('PING').then((pong) => {
      answered = true;
      return pong;
    });
    await Bun.sleep(60);
    expect(answered).toBe(false);
    redis.resume();
    expect(await reply).toBe('PONG');
  });

  test('stops although it is paused', async () => {
    const redis = await startRedis();
    redis.pause();
    await redis[Symbol.asyncDispose]();
    expect(redis.pid).toBe(0);
  });
});

test('a Redis Cluster serves every slot from one of its masters', async () => {
  await using cluster = await startRedisCluster();
  const [first] = cluster.nodes;
  const places = await Promise.all(
    ['{a}', '{b}', '{c}', '{d}', '{e}'].map((key) => first?.command('SET', key, 'v').catch((error) => String(error))),
  );
  expect(places.some((place) => place === 'OK')).toBe(true);
  expect(places.some((place) => place?.includes('MOVED'))).toBe(true);
}, 30_000);

test('a sentinel makes the replica the master when the master is gone', async () => {
  await using group = await startSentinel();
  expect(await group.masterPort()).toBe(group.master.port);
  await group.master.command('SET', 'k', 'v');
  expect(await group.master.command('WAIT', '1', '5000')).toBe('1');
  await group.master.kill();
  await until(async () => (await group.masterPort()) === group.replica.port, { what: 'the fail-over', everyMs: 200 });
  expect(await group.replica.command('GET', 'k')).toBe('v');
}, 60_000);
