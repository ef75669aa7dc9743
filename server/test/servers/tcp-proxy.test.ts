import { afterEach, beforeEach, expect, test } from 'bun:test';
import { type RedisServer, startRedis } from '../../src/commands/cluster/redis-server.ts';
import { TcpProxy } from './tcp-proxy.ts';

let redis: RedisServer;
let proxy: TcpProxy;
beforeEach(async () => {
  redis = await startRedis();
  proxy = new TcpProxy(redis.port);
});
afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

const connect = () => new Bun.RedisClient(proxy.urlFor(redis.url), { autoReconnect: false });

test('passes what both sides say, however long', async () => {
  const client = connect();
  const value = 'x'.repeat(3_000_000);
  await client.set('k', value);
  expect(await client.get('k')).toBe(value);
  expect(proxy.connections).toBe(1);
  client.close();
});

test('a cut ends connections and refuses others until it is healed', async () => {
  const client = connect();
  await client.set('k', '1');
  proxy.cut();
  await expect(client.get('k')).rejects.toThrow();
  await expect(connect().get('k')).rejects.toThrow();
  proxy.heal();
  const other = connect();
  expect(await other.get('k')).toBe('1');
  other.close();
});

test('a stall holds everything back, and heals', async () => {
  const client = connect();
  await client.set('k', '1');
  proxy.stall();
  let answered = false;
  const reply = client.incr('k').then((n) => {
    answered = true;
    return n;
  });
  await Bun.sleep(50);
  expect([answered, await redis.command('GET', 'k')]).toEqual([false, '1']);
  proxy.heal();
  expect(await reply).toBe(2);
  client.close();
});

test('a client of a server that is down is turned away', async () => {
  await redis.stop();
  await expect(connect().get('k')).rejects.toThrow();
});
