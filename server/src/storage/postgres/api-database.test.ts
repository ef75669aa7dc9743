import { afterAll, expect, test } from 'bun:test';
import type { Pool } from 'pg';
import { type TestDatabase, testDatabase } from '../../../test/servers/shared.ts';
import { TcpProxy } from '../../../test/servers/tcp-proxy.ts';
import { migratedTemplate } from '../conformance/postgres-harness.ts';
import { newLink, TEST_TIME } from '../conformance/stores.ts';
import { refused } from '../conformance/suite.ts';
import { ApiDatabase } from './api-database.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { openPool } from './pool.ts';

const latest = MIGRATIONS.length;
const closing: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

async function database(migrated: boolean): Promise<TestDatabase> {
  const made = await testDatabase(migrated ? { template: migratedTemplate } : {});
  closing.push(() => made.drop());
  return made;
}

/** An API's database at an address. Its tries to reach it follow one another at once, and are counted. */
function apiDatabase(url: string, connections = { storage: 2, analytics: 1 }) {
  const tries: number[] = [];
  const pool = (name: 'storage' | 'analytics'): Pool =>
    openPool({ url, max: connections[name], statementMs: 20_000, name: `test ${name}` });
  const pools = { storage: pool('storage'), analytics: pool('analytics') };
  const api = new ApiDatabase({
    ...pools,
    sampleRate: 1,
    now: () => TEST_TIME,
    parts: { clickRemoval: () => ({ remove: async () => false }) },
    pause: async (ms) => {
      tries.push(ms);
      await new Promise((resume) => setImmediate(resume));
    },
  });
  closing.push(() => api.close().catch(() => {}));
  return { api, tries, pools };
}

const create = { id: 1, service: 'links', method: 'create', args: [newLink({ code: 'mine' })] };
const get = { id: 2, service: 'links', method: 'getByCode', args: [1, 'mine'] };

test('a database that is away at the start is waited for, and calls are answered meanwhile', async () => {
  const { url } = await database(false);
  await using proxy = new TcpProxy(Number(new URL(url).port));
  proxy.cut();
  const { api, tries } = apiDatabase(proxy.urlFor(url));
  const away: unknown[] = [];
  const started = api.start((error) => {
    away.push(error);
    if (away.length === 8) proxy.heal();
  });
  const early = await refused(api.write(create), 'unavailable');
  expect(early.retryAfterSeconds).toBe(5);
  await refused(api.read(get), 'unavailable');
  expect(await started).toEqual({ from: 0, to: latest });
  expect(tries.slice(0, 7)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
  expect((await api.write(create)).notes).toEqual({ changed: [[1, 'mine']], replayed: false });
  expect((await api.read(get)).value).toMatchObject({ code: 'mine' });
});

test('a database that goes away is unavailable, and there again when it comes back', async () => {
  const { url } = await database(true);
  await using proxy = new TcpProxy(Number(new URL(url).port));
  const { api } = apiDatabase(proxy.urlFor(url));
  await api.start();
  await api.write(create);
  proxy.cut();
  await refused(api.read(get), 'unavailable');
  await refused(api.write({ ...create, args: [newLink({ code: 'lost' })] }), 'unavailable');
  proxy.heal();
  expect((await api.read(get)).value).toMatchObject({ code: 'mine' });
  expect((await api.read({ ...get, args: [1, 'lost'] })).value).toBeNull();
});

test('what will not pass ends the start', async () => {
  const { url, psql } = await database(true);
  await psql(`INSERT INTO schema_migrations (version, name) VALUES (${latest + 1}, 'newer')`);
  const { api } = apiDatabase(url);
  await expect(api.start()).rejects.toThrow('start a newer Waymark');
  await refused(api.read(get), 'unavailable');
});

test('servers that start at once on an empty database all serve it', async () => {
  const { url } = await database(false);
  const servers = Array.from({ length: 3 }, () => apiDatabase(url).api);
  await Promise.all(servers.map((api) => api.start()));
  const results = await Promise.allSettled(servers.map((api) => api.write(create)));
  expect(results.filter(({ status }) => status === 'fulfilled').length).toBe(1);
  for (const api of servers) expect((await api.read(get)).value).toMatchObject({ code: 'mine' });
});

test('questions that take all connections of analytics keep no write waiting', async () => {
  const { url } = await database(true);
  const { api, pools } = apiDatabase(url);
  await api.start();
  const charts = [pools.analytics.query('SELECT pg_sleep(30)'), pools.analytics.query('SELECT 1')];
  const ended = Promise.allSettled(charts);
  expect((await api.write(create)).value).toMatchObject({ code: 'mine' });
  await pools.storage.query(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30)'`);
  await ended;
});

test('an end waits for what runs, and takes nothing more', async () => {
  const { url } = await database(true);
  const { api } = apiDatabase(url);
  await api.start();
  const running = api.write(create);
  const closed = api.close();
  await refused(api.read(get), 'unavailable');
  expect((await running).value).toMatchObject({ code: 'mine' });
  await closed;
});

test('a method that is not there is no reason to say unavailable', async () => {
  const { url } = await database(true);
  const { api } = apiDatabase(url);
  await api.start();
  await expect(api.write({ ...create, method: 'nothing' })).rejects.toThrow('no method links.nothing');
  await expect(api.read({ ...get, service: 'nobody' })).rejects.toThrow('no method nobody.getByCode');
});
