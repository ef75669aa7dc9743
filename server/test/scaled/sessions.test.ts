import { afterAll, beforeAll, expect, test } from 'bun:test';
import { WaymarkClient } from '@waymark/contract/client';
import { LIVE_CLOSE } from '@waymark/contract/v1/live';
import { type RedisServer, startRedis } from '../../src/commands/cluster/redis-server.ts';
import { migratedTemplate } from '../../src/storage/conformance/postgres-harness.ts';
import { type TestDatabase, testDatabase } from '../servers/shared.ts';
import { TEST_API_KEY } from '../start-app.ts';
import { type AppHere, startAppHere } from '../start-app-here.ts';
import { openLive } from '../v1/live-client.ts';

let database: TestDatabase;
let redis: RedisServer;
let apis: [AppHere, AppHere];
beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase({ template: migratedTemplate }), startRedis()]);
  const env = { ROLES: 'api', DATABASE_URL: database.url, REDIS_URL: redis.url, DB_MAX_CONNECTIONS: '12' };
  apis = [await startAppHere({ env }), await startAppHere({ env })];
}, 120_000);
afterAll(async () => {
  for (const app of apis) await app[Symbol.asyncDispose]();
  await Promise.all([database.drop(), redis[Symbol.asyncDispose]()]);
}, 60_000);

const client = ({ baseUrl }: AppHere) => new WaymarkClient({ baseUrl, apiKey: TEST_API_KEY });

async function signIn({ baseUrl }: AppHere, apiKey = TEST_API_KEY): Promise<{ id: string; cookie: string }> {
  const response = await fetch(`${baseUrl}/api/v1/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ apiKey }),
  });
  const { id } = (await response.json()) as { id: string };
  return { id, cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '' };
}

const statusAt = async ({ baseUrl }: AppHere, cookie: string) =>
  (await fetch(`${baseUrl}/api/v1/session`, { headers: { Cookie: cookie } })).status;

/** Milliseconds until that server refuses the session. */
async function refusedAfter(app: AppHere, cookie: string): Promise<number> {
  const start = performance.now();
  while ((await statusAt(app, cookie)) !== 401) {
    if (performance.now() - start > 5000) throw new Error('not refused');
    await Bun.sleep(5);
  }
  return performance.now() - start;
}

test('a session is good at every API server, and refused by all within a second of its end', async () => {
  const [first, second] = apis;
  const { id, cookie } = await signIn(first);
  for (const app of apis) expect(await statusAt(app, cookie)).toBe(200);
  using socket = openLive(second.baseUrl, '/v1/live', { Cookie: cookie, Origin: second.baseUrl });
  await socket.next(({ type }) => type === 'ready');
  await client(first).sessions.revoke(id);
  expect(await statusAt(first, cookie)).toBe(401);
  expect(await refusedAfter(second, cookie)).toBeLessThan(1200);
  expect(await socket.closed).toBe(LIVE_CLOSE.unauthorized);
}, 30_000);

test('a session ends everywhere with its key', async () => {
  const [first, second] = apis;
  const key = await client(first).keys.create({ name: 'short-lived', scope: 'read' });
  const { cookie } = await signIn(first, key.secret);
  expect(await statusAt(second, cookie)).toBe(200);
  await client(first).keys.revoke(key.id);
  expect(await statusAt(first, cookie)).toBe(401);
  expect(await refusedAfter(second, cookie)).toBeLessThan(1200);
}, 30_000);

test('of two API servers that are given one link at once one signs in', async () => {
  const { url } = await client(apis[0]).signInLinks.create();
  const token = url.split('#')[1] ?? '';
  const tries = await Promise.allSettled(
    [0, 1, 0, 1].map((at) =>
      new WaymarkClient({ baseUrl: apis[at as 0 | 1].baseUrl, apiKey: null }).session.signIn({ token }),
    ),
  );
  expect(tries.filter(({ status }) => status === 'fulfilled').length).toBe(1);
});

test('with Redis gone sessions go on, and a revoked one is refused within a second', async () => {
  const [first, second] = apis;
  await redis.stop();
  const { id, cookie } = await signIn(first);
  for (const app of apis) expect(await statusAt(app, cookie)).toBe(200);
  await client(first).sessions.revoke(id);
  expect(await statusAt(first, cookie)).toBe(401);
  expect(await refusedAfter(second, cookie)).toBeLessThan(1200);
}, 60_000);
