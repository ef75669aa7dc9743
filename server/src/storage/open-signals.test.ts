import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { type TestDatabase, testDatabase } from '../../test/servers/shared.ts';
import { TcpProxy } from '../../test/servers/tcp-proxy.ts';
import { type RedisServer, startRedis } from '../commands/cluster/redis-server.ts';
import { until } from '../commands/cluster/until.ts';
import type { Signal } from '../platform/signals.ts';
import { type JoinedSignals, openSignals } from './open-signals.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
}, 60_000);
afterAll(() => database.drop());

let redis: RedisServer;
let opened: JoinedSignals[];
beforeEach(async () => {
  redis = await startRedis();
  opened = [];
});
afterEach(async () => {
  for (const signals of opened) await signals.close();
  await redis[Symbol.asyncDispose]();
});

async function open(redisUrl = redis.url, databaseUrl = database.url): Promise<JoinedSignals> {
  const signals = openSignals({ redisUrl, databaseUrl, name: 'test', onError: () => {} });
  opened.push(signals);
  await until(() => signals.ways.redis || signals.ways.postgres, { what: 'a way of signals' });
  return signals;
}
const bothWays = (...all: JoinedSignals[]) =>
  until(() => all.every(({ ways }) => ways.redis && ways.postgres), { what: 'both ways' });

/** Asks that a process has heard. */
function asksHeardBy(signals: JoinedSignals): string[] {
  const heard: string[] = [];
  signals.on('settle_asked', ({ ask }) => heard.push(ask));
  return heard;
}
const ask = (name: string): Signal => ({ kind: 'settle_asked', ask: name });

test('with both there, the quick way is Redis alone', async () => {
  const [a, b] = [await open(), await open()];
  await bothWays(a, b);
  const heard = asksHeardBy(b);
  a.send(ask('1'));
  a.send(ask('2'));
  await until(() => heard.length === 2, { what: 'signals' });
  // What went over PostgreSQL too would be here before this, which goes nowhere else.
  await database.psql(`SELECT pg_notify('waymark', '{"kind":"settle_asked","ask":"3"}')`);
  await until(() => heard.includes('3'), { what: 'a signal' });
  expect(heard).toEqual(['1', '2', '3']);
});

test('every way means both', async () => {
  const [a, b] = [await open(), await open()];
  await bothWays(a, b);
  const heard = asksHeardBy(b);
  a.send(ask('1'), 'every');
  await until(() => heard.length === 2, { what: 'the signal twice' });
});

test('with Redis down, hung or restarted signals go on', async () => {
  const [a, b] = [await open(), await open()];
  await bothWays(a, b);
  const heard = asksHeardBy(b);
  redis.pause();
  a.send(ask('hung'));
  await until(() => heard.includes('hung'), { what: 'a signal past a hung Redis' });
  redis.resume();
  await redis.kill();
  await until(() => !a.ways.redis && !b.ways.redis, { what: 'the end of Redis' });
  a.send(ask('down'));
  await until(() => heard.includes('down'), { what: 'a signal without Redis' });
  await redis.start();
  await bothWays(a, b);
  a.send(ask('back'));
  await until(() => heard.includes('back'), { what: 'a signal over Redis again' });
}, 30_000);

test('one that is cut off from Redis alone is heard, and hears what is said every way', async () => {
  await using proxy = new TcpProxy(redis.port);
  const [a, lonely] = [await open(), await open(proxy.urlFor(redis.url))];
  await bothWays(a, lonely);
  proxy.cut();
  await until(() => !lonely.ways.redis, { what: 'the cut' });
  const [heard, heardAlone] = [asksHeardBy(a), asksHeardBy(lonely)];
  lonely.send(ask('from the lonely'));
  await until(() => heard.includes('from the lonely'), { what: 'a signal from the one cut off' });
  a.send(ask('to the lonely'), 'every');
  await until(() => heardAlone.includes('to the lonely'), { what: 'a signal to the one cut off' });
}, 30_000);

test('without PostgreSQL signals go over Redis, and with neither nothing throws', async () => {
  const nowhere = 'postgres://postgres@127.0.0.1:1/none';
  const [a, b] = [await open(redis.url, nowhere), await open(redis.url, nowhere)];
  await until(() => a.ways.redis && b.ways.redis, { what: 'Redis' });
  const heard = asksHeardBy(b);
  a.send(ask('1'), 'every');
  await until(() => heard.length === 1, { what: 'a signal' });
  await redis.kill();
  await until(() => !a.ways.redis, { what: 'the end of Redis' });
  for (let n = 0; n < 5000; n++) a.send(ask('lost'), n % 2 === 0 ? 'every' : 'quick');
  expect(a.ways).toEqual({ redis: false, postgres: false });
}, 30_000);
