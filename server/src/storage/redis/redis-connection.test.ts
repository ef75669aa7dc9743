import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { startSentinel } from '../../commands/cluster/redis-sentinel.ts';
import { type RedisServer, startRedis } from '../../commands/cluster/redis-server.ts';
import { until } from '../../commands/cluster/until.ts';
import { refused } from '../conformance/suite.ts';
import { backoffMs, RedisConnection } from './redis-connection.ts';

describe('a connection to one server', () => {
  let server: RedisServer;
  let redis: RedisConnection;
  beforeEach(async () => {
    server = await startRedis();
    redis = new RedisConnection({ url: server.url, name: 'test' });
  });
  afterEach(async () => {
    redis.close();
    await server[Symbol.asyncDispose]();
  });

  test('answers, and says who it is', async () => {
    expect(await redis.ready(5000)).toBe(true);
    expect(await redis.send('set', 'a', 1)).toBe('OK');
    expect(await redis.script('return {redis.call("GET", KEYS[1]), ARGV[1], false}', ['a'], ['x'])).toEqual([
      '1',
      'x',
      null,
    ]);
    expect(await server.command('CLIENT', 'LIST')).toContain('name=test');
  });

  test('refuses at once what comes before it is up, and what a dead server is asked', async () => {
    await refused(redis.send('get', 'a'), 'unavailable');
    await redis.ready(5000);
    await server.kill();
    await until(() => !redis.isReady, { what: 'the end of the connection' });
    await refused(redis.send('get', 'a'), 'unavailable');
  });

  test('gives up on a server that hangs, keeps nothing in line for it, and comes back by itself', async () => {
    await redis.ready(5000);
    await redis.send('set', 'a', 1);
    server.pause();
    await refused(redis.send('get', 'a'), 'unavailable');
    // From here on the connection is closed, and nothing waits.
    await until(() => !redis.isReady, { what: 'the end of the connection' });
    await Promise.all(Array.from({ length: 1000 }, () => refused(redis.send('incr', 'a'), 'unavailable')));
    server.resume();
    expect(await redis.ready(10_000)).toBe(true);
    expect(await redis.send('get', 'a')).toBe('1');
  });

  test('finds a server again that was away and is empty', async () => {
    await redis.ready(5000);
    await server.kill();
    await until(() => !redis.isReady, { what: 'the end of the connection' });
    expect(redis.lastError).not.toBeNull();
    await server.start();
    expect(await redis.ready(10_000)).toBe(true);
    expect(redis.lastError).toBeNull();
  });

  test('tells of each time it comes up', async () => {
    let times = 0;
    await redis.ready(5000);
    const forget = redis.onReady(() => times++);
    expect(times).toBe(1);
    await server.kill();
    await until(() => !redis.isReady, { what: 'the end of the connection' });
    await server.start();
    await redis.ready(10_000);
    expect(times).toBe(2);
    forget();
  });

  test('a refusal of Redis itself is `unavailable` with its words as the cause', async () => {
    await redis.ready(5000);
    await redis.send('set', 'a', 1);
    const error = await refused(redis.send('xlen', 'a'), 'unavailable');
    expect((error.cause as Error).message).toStartWith('WRONGTYPE');
  });
});

test('behind Sentinels it follows the master', async () => {
  await using group = await startSentinel();
  const url = `redis+sentinel://127.0.0.1:${group.sentinelPort}/${group.name}`;
  const redis = new RedisConnection({ url, name: 'test' });
  expect(await redis.ready(5000)).toBe(true);
  await redis.send('set', 'a', 1);
  await until(async () => (await group.replica.command('GET', 'a')) === '1', { what: 'replication' });
  await group.master.kill();
  const set = () => redis.send('set', 'b', 2).catch(() => null);
  await until(async () => (await set()) === 'OK', { what: 'the failover', withinMs: 30_000 });
  expect(await group.replica.command('MGET', 'a', 'b')).toBe('1\n2');
  redis.close();
}, 60_000);

test('waits between tries grow to a bound, and differ', () => {
  const waits = [1, 2, 3, 8, 100, 5000].map(backoffMs);
  for (const [i, most] of [50, 100, 200, 2000, 2000, 2000].entries()) {
    expect(waits[i]).toBeLessThanOrEqual(most);
    expect(waits[i]).toBeGreaterThanOrEqual(most / 2);
  }
});
