import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import http from 'node:http';
import { TEST_API_KEY } from '../start-app.ts';
import { type AppHere, startAppHere } from '../start-app-here.ts';
import { ClassicClient, json, word } from './client.ts';

let app: AppHere;
let api: ClassicClient;
beforeAll(async () => {
  app = await startAppHere();
  api = new ClassicClient(app.baseUrl);
});
afterAll(() => app[Symbol.asyncDispose]());

const WRITES = [
  'POST /users',
  'POST /urls',
  'POST /shorten',
  'POST /events',
  'PUT /users/1',
  'PATCH /users/1',
  'PUT /urls/1',
  'PATCH /urls/1',
];
const NO_OBJECTS = ['"text"', '[{}]', '7', 'null', 'true', '', '{"a": ', '{"a": "\\ud800"}'];

describe.each(WRITES)('%s', (line) => {
  test.each(NO_OBJECTS)('refuses the body %p', async (body) => {
    expect((await api.call(line, { body, headers: { 'Content-Type': 'application/json' } })).status).toBe(400);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'text/csv', 'application/jsonp'])(
    'refuses %s',
    async (type) => {
      const body = JSON.stringify({
        username: word(),
        email: `${word()}@example.com`,
        original_url: 'https://example.com/',
      });
      expect((await api.call(line, { body, headers: { 'Content-Type': type } })).status).toBe(400);
    },
  );

  test('refuses a body that names no content type', async () => {
    expect((await api.call(line, { body: new TextEncoder().encode('{}'), headers: {} })).status).toBe(400);
  });

  test('refuses a body over 1 MiB, announced or not', async () => {
    for (const chunked of [false, true])
      expect(await sendLarge(line, 'application/json', 1_100_000, chunked)).toBe(413);
  });
});

test.each(['POST /users/bulk', 'POST /urls/import', 'POST /events/bulk'])(
  '%s takes 10 MiB and no more',
  async (line) => {
    for (const chunked of [false, true]) {
      expect(await sendLarge(line, 'text/csv', 2_000_000, chunked)).toBe(400);
      expect(await sendLarge(line, 'text/csv', 11_000_000, chunked)).toBe(413);
    }
  },
);

/** Sends letters until it is answered, as a client does that only listens once it has sent everything. */
function sendLarge(line: string, type: string, bytes: number, chunked: boolean): Promise<number> {
  const [method, path] = line.split(' ');
  const headers = { 'Content-Type': type, ...(!chunked && { 'Content-Length': bytes }) };
  return new Promise((resolve, reject) => {
    const request = http.request(`${app.baseUrl}${path}`, { method: method ?? 'POST', headers, agent: false });
    let answered = false;
    request.on('response', (response) => {
      answered = true;
      resolve(response.statusCode ?? 0);
      response.resume().on('close', () => request.destroy());
    });
    request.on('error', (error) => answered || reject(error));
    const block = Buffer.alloc(65_536, 'a');
    for (let left = bytes; left > 0; left -= block.length)
      request.write(block.subarray(0, Math.min(left, block.length)));
    request.end();
  });
}

test.each([
  ['DELETE /users', 'GET, HEAD, POST'],
  ['POST /users/1', 'GET, HEAD, PUT, PATCH, DELETE'],
  ['GET /users/bulk', 'POST'],
  ['POST /urls/123', 'GET, HEAD, PUT, PATCH, DELETE'],
  ['PUT /urls/abc', 'GET, HEAD'],
  ['DELETE /urls/1/analytics', 'GET, HEAD'],
  ['GET /shorten', 'POST'],
  ['PUT /events/1', 'GET, HEAD, DELETE'],
  ['PATCH /health', 'GET, HEAD'],
  ['POST /somecode', 'GET, HEAD'],
])('%s is 405 with Allow: %s', async (line, allow) => {
  const answer = await api.call(line);
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
});

test.each([
  '/no/such/route',
  '/urls/abc/analytics',
  '/urls/abc/events',
  '/urls/abc/stats',
  '/urls/abc/qr',
  '/urls/abc/risk',
  '/users/1/nothing',
])('GET %s is 404', async (path) => {
  expect((await api.call(`GET ${path}`)).status).toBe(404);
});

test.each([
  ['/users/abc', 'User not found'],
  ['/users/0', 'User not found'],
  ['/users/-1', 'User not found'],
  ['/users/99999999999999999999', 'User not found'],
  ['/urls/1999999999', 'URL not found'],
  ['/urls/99999999999999999999', 'URL not found'],
  ['/urls/1999999999/risk', 'URL not found'],
  ['/events/abc', 'Event not found'],
  ['/events/%00', 'Event not found'],
])('GET %s is 404 with "%s"', async (path, error) => {
  expect((await api.call(`GET ${path}`)).body).toMatchObject({ error, code: 'not_found', status: 404 });
});

test('a slash at the end is accepted without a redirect', async () => {
  const { id } = await api.url();
  for (const path of ['/users/', '/urls/', `/urls/${id}/`, `/urls/${id}/analytics/`])
    expect((await api.call(`GET ${path}`)).status).toBe(200);
  const { status } = await api.call('POST /urls/', json({ original_url: 'https://example.com/' }));
  expect(status).toBe(201);
});

test('HEAD answers as GET does, without a body', async () => {
  const { id } = await api.url();
  for (const path of ['/users', `/urls/${id}`, `/urls/${id}/qr`, '/users/1999999999', '/urls?page=0']) {
    const [get, head] = [await api.call(`GET ${path}`), await api.call(`HEAD ${path}`)];
    expect(head.text).toBe('');
    for (const name of ['content-type', 'content-length', 'x-total-count', 'x-cache']) {
      expect([name, head.headers.get(name)]).toEqual([name, get.headers.get(name)]);
    }
    expect(head.status).toBe(get.status);
  }
});

test('what later releases bring says so', async () => {
  const { id } = await api.url();
  for (const line of [
    'POST /auth/login',
    'POST /auth/logout',
    'GET /auth/me',
    `GET /urls/${id}/risk`,
    'GET /health-demo',
  ]) {
    expect((await api.call(line)).body).toMatchObject({ code: 'not_implemented', status: 501 });
  }
});

describe('Idempotency-Key', () => {
  const routes: [string, () => object][] = [
    ['/users', () => ({ username: word(), email: `${word()}@example.com` })],
    ['/urls', () => ({ original_url: 'https://example.com/' })],
    ['/shorten', () => ({ url: 'https://example.com/' })],
    ['/urls/bulk', () => ({ urls: [{ url: 'https://example.com/' }] })],
  ];

  test.each(routes)('POST %s repeats its first answer', async (path, make) => {
    const [payload, key] = [json(make()), { 'Idempotency-Key': word('key') }];
    const first = await api.call(`POST ${path}`, payload, key);
    const again = await api.call(`POST ${path}`, payload, key);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await api.call(`POST ${path}`, json(make()), { 'Idempotency-Key': word('key') })).body).not.toEqual(
      first.body,
    );
  });

  test('another body under the same key is 422', async () => {
    const key = { 'Idempotency-Key': word('key') };
    await api.call('POST /urls', json({ original_url: 'https://example.com/1' }), key);
    const { status, body } = await api.call('POST /urls', json({ original_url: 'https://example.com/2' }), key);
    expect([status, body]).toMatchObject([422, { code: 'idempotency_mismatch' }]);
  });

  test('the same key on another route is another key', async () => {
    const [payload, key] = [json({ original_url: 'https://example.com/' }), { 'Idempotency-Key': word('key') }];
    const urls = await api.row('POST /urls', 201, payload, key);
    expect((await api.row('POST /shorten', 201, payload, key)).id).not.toBe(urls.id);
  });

  test('a refused request leaves the key free', async () => {
    const key = { 'Idempotency-Key': word('key') };
    expect((await api.call('POST /urls', json({ original_url: 'nowhere' }), key)).status).toBe(400);
    await api.row('POST /urls', 201, json({ original_url: 'https://example.com/' }), key);
  });

  test('of 20 at once one is made and all get it', async () => {
    const [payload, key] = [json({ original_url: 'https://example.com/' }), { 'Idempotency-Key': word('key') }];
    const rows = await Promise.all(Array.from({ length: 20 }, () => api.row('POST /urls', 201, payload, key)));
    expect(new Set(rows.map(({ id }) => id)).size).toBe(1);
  });

  test.each([' ', 'k'.repeat(256), 'kéy'])('%p is no key', async (key) => {
    const { body } = await api.call('POST /urls', json({ original_url: 'https://example.com/' }), {
      'Idempotency-Key': key,
    });
    expect(body).toMatchObject({ status: 400, details: [{ field: 'Idempotency-Key' }] });
  });
});

describe('access', () => {
  const withKey = { Authorization: `Bearer ${TEST_API_KEY}` };

  test('a proxy on this machine does not open the API', async () => {
    for (const header of ['X-Forwarded-For', 'Forwarded', 'Via']) {
      expect((await api.call('GET /users', undefined, { [header]: '203.0.113.9' })).status).toBe(401);
    }
    expect((await api.call('GET /users', undefined, { 'X-Forwarded-For': '203.0.113.9', ...withKey })).status).toBe(
      200,
    );
  });

  test('keyed asks for a key on every route, and leaves unknown routes unknown', async () => {
    await using keyed = await startAppHere({ env: { CLASSIC_API: 'keyed' } });
    const client = new ClassicClient(keyed.baseUrl);
    for (const line of ['GET /users', 'POST /urls', 'DELETE /events/1', 'GET /auth/me'])
      expect((await client.call(line)).status).toBe(401);
    expect((await client.call('GET /no/such/route')).status).toBe(404);
    expect((await client.call('GET /users', undefined, withKey)).status).toBe(200);
    expect((await client.call('GET /users', undefined, { 'X-API-Token': TEST_API_KEY })).status).toBe(200);
  });

  test('off hides the API and leaves short links', async () => {
    await using off = await startAppHere({ env: { CLASSIC_API: 'off' } });
    const client = new ClassicClient(off.baseUrl);
    for (const line of ['GET /users', 'POST /urls', 'GET /events']) expect((await client.call(line)).status).toBe(404);
    expect((await client.call('GET /health')).status).toBe(200);
  });

  test('open lets strangers in, within limits', async () => {
    await using open = await startAppHere({ env: { CLASSIC_API: 'open' } });
    const client = new ClassicClient(open.baseUrl);
    const stranger = { 'X-Forwarded-For': '203.0.113.9' };
    const burst = await Promise.all(Array.from({ length: 200 }, () => client.call('GET /users', undefined, stranger)));
    expect(burst.every(({ status }) => status === 200)).toBe(true);
    expect(burst[0]?.headers.get('ratelimit-limit')).toBe('400');
    const flood = await Promise.all(
      Array.from({ length: 900 }, () => client.call('GET /users/1', undefined, stranger)),
    );
    const refused = flood.find(({ status }) => status === 429);
    expect(refused?.headers.get('retry-after')).toMatch(/^\d+$/);
    const direct = await Promise.all(Array.from({ length: 50 }, () => client.call('GET /users')));
    expect(direct.every(({ status, headers }) => status === 200 && !headers.has('ratelimit-limit'))).toBe(true);
  });
});

test('browsers may call from the origins that are named', async () => {
  await using open = await startAppHere({ env: { CORS_ORIGINS: 'https://ui.example' } });
  const client = new ClassicClient(open.baseUrl);
  const origin = { Origin: 'https://ui.example' };
  const preflight = await client.call('OPTIONS /urls', undefined, {
    ...origin,
    'Access-Control-Request-Method': 'POST',
  });
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, 'https://ui.example']);
  expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
  for (const path of ['/users', '/users/7']) {
    expect((await client.call(`GET ${path}`, undefined, origin)).headers.get('access-control-allow-origin')).toBe(
      'https://ui.example',
    );
  }
  const other = await client.call('GET /users', undefined, { Origin: 'https://other.example' });
  expect(other.headers.get('access-control-allow-origin')).toBeNull();
  expect((await api.call('GET /users', undefined, origin)).headers.get('access-control-allow-origin')).toBeNull();
});
