import { afterAll, beforeAll, expect, test } from 'bun:test';
import { type RedisCluster, startRedisCluster } from '../../commands/cluster/redis-cluster.ts';
import { type RedisServer, startRedis } from '../../commands/cluster/redis-server.ts';
import { until } from '../../commands/cluster/until.ts';
import { SignalListeners } from '../../platform/signal-listeners.ts';
import { type SignalsHarness, signalsConformance } from '../conformance/signals.ts';
import { RedisSignals } from './redis-signals.ts';

let redis: RedisServer;
let cluster: RedisCluster;
beforeAll(async () => {
  [redis, cluster] = await Promise.all([startRedis(), startRedisCluster()]);
}, 30_000);
afterAll(async () => {
  await Promise.all([redis[Symbol.asyncDispose](), cluster.stop()]);
});

function harness(url: string, servers: readonly RedisServer[]): SignalsHarness {
  const opened: RedisSignals[] = [];
  const channel = `test${crypto.randomUUID()}`;
  const mended = async () => {
    await until(() => opened.every(({ isUp }) => isUp), { what: 'signals over Redis' });
  };
  return {
    async open() {
      const listeners = new SignalListeners(() => {});
      opened.push(new RedisSignals({ url, name: 'test', listeners, channel }));
      await mended();
      return opened.at(-1) as RedisSignals;
    },
    async sayNonsense(text) {
      await servers[0]?.command('PUBLISH', channel, text);
    },
    async breakConnections() {
      const lost = until(() => opened.every(({ isUp }) => !isUp), { what: 'the end of the connections', everyMs: 1 });
      await Promise.all(servers.map((server) => server.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')));
      await Promise.all(servers.map((server) => server.command('CLIENT', 'KILL', 'TYPE', 'pubsub')));
      await lost;
    },
    mended,
    async close() {
      for (const signals of opened) await signals.close();
    },
  };
}

signalsConformance('Redis', async () => harness(redis.url, [redis]));
signalsConformance('Redis Cluster', async () =>
  harness(`redis+cluster://${cluster.nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`, cluster.nodes),
);

test('a server that hangs is found out, and left for another connection', async () => {
  await using server = await startRedis();
  const signals = new RedisSignals({ url: server.url, name: 'test', listeners: new SignalListeners(() => {}) });
  await until(() => signals.isUp, { what: 'signals over Redis' });
  server.pause();
  expect(await signals.deliver({ kind: 'links_changed' })).toBe(false);
  await until(() => !signals.isUp, { what: 'the end of the connections' });
  server.resume();
  await until(() => signals.isUp, { what: 'signals over Redis' });
  expect(await signals.deliver({ kind: 'links_changed' })).toBe(true);
  await signals.close();
}, 30_000);

test('in a cluster whose node is gone another one is listened to', async () => {
  await using small = await startRedisCluster();
  const url = `redis+cluster://${small.nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  for (const node of small.nodes) await node.command('CONFIG', 'SET', 'cluster-require-full-coverage', 'no');
  const signals = new RedisSignals({ url, name: 'test', listeners: new SignalListeners(() => {}) });
  await until(() => signals.isUp, { what: 'signals over Redis' });
  let heard = 0;
  signals.on('settle_asked', () => heard++);
  await small.nodes[0]?.kill();
  await until(
    () => {
      signals.send({ kind: 'settle_asked', ask: '1' });
      return heard > 0 && signals.isUp;
    },
    { what: 'a signal by way of another node', everyMs: 50 },
  );
  await signals.close();
}, 60_000);
