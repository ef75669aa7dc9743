import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { startTestApp, TEST_API_KEY, type TestApp } from '../start-app.ts';

const CHAOS_TOKEN = 'a-token-for-drills';
const ADMIN = { Authorization: `Bearer ${TEST_API_KEY}` };

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({
    env: {
      CHAOS_TOKEN,
      ENABLE_INCIDENT_DEBUG_ROUTES: 'true',
      GIT_SHA: 'abc123',
      LOG_LEVEL: 'debug',
      TRUSTED_PROXIES: '10.0.0.0/8',
    },
  });
});
afterAll(() => app[Symbol.asyncDispose]());

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${app.baseUrl}${path}`, { headers });

test('health is 200 and says who this is', async () => {
  const response = await get('/health');
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const health = (await response.json()) as Record<string, unknown>;
  expect(health).toMatchObject({ status: 'ok', git_sha: 'abc123', db: 'ok', redis: 'off', events: 'complete' });
  expect(health.instance).toMatch(/^[0-9a-f]{32}$/);
});

describe('ready', () => {
  test.each(['', '?role=edge', '?role=api', '?role=worker'])('answers for %p', async (query) => {
    const response = await get(`/ready${query}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: 'ready',
      checks: { process: 'ok', outbox: 'ok', ingest: 'ok' },
    });
  });

  test('refuses an unknown role by name', async () => {
    const response = await get('/ready?role=cook');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid_request', details: [{ field: 'role' }] });
  });
});

describe('metrics', () => {
  test('are text for Prometheus, routes named by pattern', async () => {
    await get('/users/1');
    const response = await get('/metrics');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/plain');
    const text = await response.text();
    expect(text).toContain('waymark_clicks_accepted_total');
    expect(text).toMatch(/waymark_http_requests_total\{[^}]*route="\/health"/);
    expect(text).not.toContain('/users/1"');
  });

  test('are closed to what comes through a proxy without a key', async () => {
    expect((await get('/metrics', { 'X-Forwarded-For': '203.0.113.9' })).status).toBe(401);
    expect((await get('/metrics', { 'X-Forwarded-For': '203.0.113.9', ...ADMIN })).status).toBe(200);
  });
});

describe('logs', () => {
  test('need an admin key, on this machine too', async () => {
    expect((await get('/logs')).status).toBe(401);
  });

  test('show the newest lines that match', async () => {
    await get('/health', { 'X-Request-Id': 'find-me-in-the-log' });
    const response = await get('/logs?limit=5&filter=FIND-ME&level=debug', ADMIN);
    expect(response.status).toBe(200);
    const { count, logs } = (await response.json()) as { count: number; logs: Record<string, unknown>[] };
    expect(count).toBe(1);
    expect(logs[0]).toMatchObject({ requestId: 'find-me-in-the-log', route: '/health' });
  });

  test.each(['limit=0', 'limit=201', 'limit=ten', 'level=loud'])('refuse %s', async (query) => {
    const response = await get(`/logs?${query}`, ADMIN);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ details: [{ field: query.split('=')[0] }] });
  });
});

describe('the proxy check', () => {
  test('names the line that would store the visitor', async () => {
    const response = await get('/health/proxy', { 'X-Forwarded-For': '203.0.113.9', ...ADMIN });
    expect(await response.json()).toMatchObject({
      peer: '127.0.0.1',
      storedAddress: '127.0.0.1',
      forwardedFor: '203.0.113.9',
      trustedHops: [],
      fix: 'TRUSTED_PROXIES=10.0.0.0/8,127.0.0.1',
    });
  });

  test('is open on this machine, and closed to a proxy without an admin key', async () => {
    expect((await get('/health/proxy')).status).toBe(200);
    expect((await get('/health/proxy', { 'X-Forwarded-For': '203.0.113.9' })).status).toBe(401);
  });
});

test('a failure on purpose is a plain 500', async () => {
  const response = await get('/debug/fail');
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({ error: 'Internal error', code: 'internal', status: 500, details: [] });
});

describe('the root', () => {
  test('is JSON for programs and a page for browsers', async () => {
    const program = await get('/');
    expect(await program.json()).toMatchObject({
      name: 'Waymark',
      docs: `${app.baseUrl}/api/docs`,
      health: `${app.baseUrl}/health`,
    });
    const page = await get('/', { Accept: 'text/html,*/*;q=0.8' });
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await page.text()).toContain('href="/api/docs"');
  });

  test('has robots.txt and an icon, and nothing well-known', async () => {
    expect(await (await get('/robots.txt')).text()).toContain('Disallow: /api/');
    expect((await get('/favicon.ico')).headers.get('content-type')).toBe('image/svg+xml');
    const wellKnown = await get('/.well-known/security.txt');
    expect(wellKnown.status).toBe(404);
    expect(await wellKnown.json()).toMatchObject({ code: 'not_found' });
  });
});

test('a method that an endpoint lacks is 405 with those it has', async () => {
  const response = await fetch(`${app.baseUrl}/health`, { method: 'DELETE' });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET, HEAD');
});

describe('without a chaos token and debug routes', () => {
  test('/chaos and /debug/fail do not exist', async () => {
    await using plain = await startTestApp();
    const chaos = await fetch(`${plain.baseUrl}/chaos`, { method: 'POST', headers: { 'X-Chaos-Token': '' } });
    expect(chaos.status).toBe(404);
    expect((await fetch(`${plain.baseUrl}/debug/fail`)).status).toBe(404);
  });
});

describe('chaos, last because it ends the process', () => {
  test.each([undefined, '', 'wrong', `${CHAOS_TOKEN}x`])('token %p is 401', async (token) => {
    const response = await get('/chaos', token === undefined ? {} : { 'X-Chaos-Token': token });
    expect(response.status).toBe(401);
  });

  test('the right one is 204, and the process ends in order', async () => {
    const response = await fetch(`${app.baseUrl}/chaos`, { method: 'POST', headers: { 'X-Chaos-Token': CHAOS_TOKEN } });
    expect(response.status).toBe(204);
    expect(await app.exited).toEqual({ code: 0, signal: null });
  });
});
