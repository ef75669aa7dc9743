import { afterAll, beforeAll, expect, test } from 'bun:test';
import { type RedisServer, startRedis } from '../../src/commands/cluster/redis-server.ts';
import { migratedTemplate } from '../../src/storage/conformance/postgres-harness.ts';
import { type TestDatabase, testDatabase } from '../servers/shared.ts';
import { TEST_API_KEY } from '../start-app.ts';
import { type AppHere, startAppHere } from '../start-app-here.ts';
import { openLive } from '../v1/live-client.ts';

let database: TestDatabase;
let redis: RedisServer;
let apis: AppHere[];
let edges: AppHere[];
beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase({ template: migratedTemplate }), startRedis()]);
  const start = (ROLES: string) =>
    startAppHere({ env: { ROLES, DATABASE_URL: database.url, REDIS_URL: redis.url, DB_MAX_CONNECTIONS: '12' } });
  apis = [await start('api'), await start('api')];
  edges = [await start('edge'), await start('edge,worker')];
}, 120_000);
afterAll(async () => {
  for (const app of [...edges, ...apis]) await app[Symbol.asyncDispose]();
  await Promise.all([database.drop(), redis[Symbol.asyncDispose]()]);
}, 60_000);

const headers = { Authorization: `Bearer ${TEST_API_KEY}` };
const follow = async (api: AppHere) => {
  const live = openLive(api.baseUrl, '/v1/live', headers);
  await live.next(({ type }) => type === 'ready');
  return live;
};

test('whoever follows clicks at any API server sees those of every edge', async () => {
  const [first, second] = apis as [AppHere, AppHere];
  const made = await fetch(`${first.baseUrl}/api/v1/links`, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify({ url: 'https://example.com/', code: 'live' }),
  });
  expect(made.status).toBe(201);
  using a = await follow(first);
  using b = await follow(second);
  for (const edge of edges) {
    const visit = await fetch(`${edge.baseUrl}/live`, { redirect: 'manual' });
    expect(visit.status).toBe(302);
  }
  const [seenByA, seenByB] = [await a.clicks(2), await b.clicks(2)];
  expect(seenByA).toMatchObject({ skipped: 0 });
  expect(new Set(seenByA.ids).size).toBe(2);
  expect(seenByB.ids).toEqual(seenByA.ids);
}, 60_000);
