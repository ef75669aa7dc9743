import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError, WaymarkClient } from '@waymark/contract/client';
import { TEST_API_KEY } from '../start-app.ts';
import { IS_SCALED } from '../test-shape.ts';
import { failure, jsonInit, startV1, type V1App } from './v1-app.ts';

let v1: V1App;
beforeAll(async () => {
  v1 = await startV1();
});
afterAll(() => v1[Symbol.asyncDispose]());

const proxied = { 'X-Forwarded-For': '203.0.113.7' };

describe('bodies', () => {
  test.each([
    ['{"url":', 'malformed_body'],
    ['', 'malformed_body'],
    [new Uint8Array([0x22, 0xff, 0x22]), 'malformed_body'],
    ['['.repeat(50_000), 'malformed_body'],
    [`${'['.repeat(5000)}${']'.repeat(5000)}`, 'malformed_body'],
  ])('%# is 400', async (body, code) => {
    const response = await v1.raw('/v1/links', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code, status: 400 });
  });

  test.each([
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data; boundary=x'],
    ['application/jsonx'],
    [''],
  ])('content type %j is 400', async (type) => {
    const response = await v1.raw('/v1/links', {
      method: 'POST',
      headers: { 'Content-Type': type },
      body: new TextEncoder().encode('{"url":"https://example.com"}'),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'unsupported_content_type' });
  });

  test('over 1 MiB is 413, announced or not', async () => {
    const body = JSON.stringify({ url: 'https://example.com', title: 'x'.repeat(1_048_576) });
    expect(await (await v1.raw('/v1/links', jsonInit('POST', body))).json()).toMatchObject({
      code: 'body_too_large',
      status: 413,
    });
    const stream = new Blob([body]).stream();
    const chunked = await v1.raw('/v1/links', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: stream,
    });
    expect(chunked.status).toBe(413);
  });
});

describe('access', () => {
  test('no key and a wrong key are 401 with the scheme', async () => {
    for (const headers of [
      { authorization: '' },
      { authorization: 'Bearer wm_wrong' },
      { authorization: 'Basic eDp5' },
    ]) {
      const response = await v1.raw('/v1/links', { headers });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(await response.json()).toMatchObject({ code: 'unauthorized' });
    }
  });

  test('X-API-Token is a key too', async () => {
    const response = await v1.raw('/v1/links', { headers: { authorization: '', 'X-API-Token': TEST_API_KEY } });
    expect(response.status).toBe(200);
  });
});

describe('rate limits', () => {
  test('a direct call from this machine meets none', async () => {
    expect((await v1.raw('/v1/links')).headers.get('ratelimit-limit')).toBeNull();
  });

  test('any other call is told where it stands, and past the burst is 429 until some seconds later', async () => {
    const { secret } = await v1.admin.keys.create({ name: 'busy', scope: 'read' });
    const headers = { ...proxied, authorization: `Bearer ${secret}` };
    const first = await v1.raw('/v1/links', { headers });
    expect(first.headers.get('ratelimit-limit')).toBe('300');
    expect(first.headers.get('ratelimit-remaining')).toBe('299');
    expect(first.headers.get('ratelimit-reset')).toBe('1');
    let refused: Response | undefined;
    for (let wave = 0; wave < 10 && !refused; wave++) {
      const answers = await Promise.all(
        Array.from({ length: 300 }, () => v1.raw('/v1/links/availability?code=abc', { headers })),
      );
      refused = answers.find((answer) => answer.status !== 200);
    }
    expect(refused?.status).toBe(429);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(refused?.headers.get('ratelimit-remaining')).toBe('0');
    expect(await refused?.json()).toMatchObject({ code: 'rate_limited' });
  });

  test('guessing keys is limited by address, and does not lock out who has one', async () => {
    let last = 401;
    for (let i = 0; i < 200 && last !== 429; i++) {
      last = (await v1.raw('/v1/links', { headers: { ...proxied, authorization: `Bearer wm_guess${i}` } })).status;
    }
    expect(last).toBe(429);
    expect((await v1.raw('/v1/links', { headers: proxied })).status).toBe(200);
  });
});

describe('routes and requests', () => {
  test('an unknown route is 404 and a known one by another method 405 with Allow, as problems', async () => {
    const unknown = await v1.raw('/v1/nothing');
    expect(unknown.status).toBe(404);
    expect(unknown.headers.get('content-type')).toBe('application/problem+json');
    const wrong = await v1.raw('/v1/links/5', jsonInit('PUT', {}));
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('GET, HEAD, PATCH, DELETE');
    expect(await wrong.json()).toMatchObject({ code: 'method_not_allowed' });
    expect((await v1.raw('/v1/links/check')).status).toBe(405);
  });

  test('a sound X-Request-Id comes back, and is in the problem', async () => {
    const error = await failure(v1.admin.links.get('999999', { requestId: 'mine-1' }));
    expect(error.requestId).toBe('mine-1');
    const made = await v1.raw('/v1/links', { headers: { 'X-Request-Id': 'x'.repeat(129) } });
    expect(made.headers.get('x-request-id')).toMatch(/^.{5,60}$/);
  });
});

describe('the client', () => {
  test('says unreachable where no answer comes', async () => {
    const client = new WaymarkClient({ baseUrl: 'http://127.0.0.1:1', apiKey: null });
    const error = await failure(client.links.list());
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 'unreachable', status: 0 });
  });

  test('makes sense of an answer that is not the server’s own', async () => {
    const fetch = async () => new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'Retry-After': '7' } });
    const client = new WaymarkClient({ baseUrl: 'http://example.com/', apiKey: null, fetch });
    expect(await failure(client.links.list())).toMatchObject({
      code: 'unavailable',
      status: 502,
      retryAfterSeconds: 7,
    });
  });
});

// Of the SQLite file: what PostgreSQL in trouble comes to is in server/test/faults/scaled.
describe.skipIf(IS_SCALED)('a SQLite file in trouble', () => {
  test('that another process holds answers 503 with Retry-After, and reads go on', async () => {
    using db = new Database(join(v1.app.dataDir, 'waymark.db'));
    db.run('BEGIN IMMEDIATE');
    const write = failure(v1.admin.links.create({ url: 'https://example.com/locked' }));
    await v1.admin.links.list();
    expect(await write).toMatchObject({ code: 'unavailable', status: 503, retryAfterSeconds: 5 });
    db.run('ROLLBACK');
    expect((await v1.admin.links.list({ q: '/locked' })).data).toHaveLength(0);
  }, 20_000);

  test('shows a fault as internal, without its words; an unfinished first request as idempotency_running', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'waymark-v1-'));
    try {
      await using before = await startV1({}, dataDir);
      await before.admin.links.create({ url: 'https://example.com' }, { idempotencyKey: 'running' });
      await before.app.stop();
      {
        using db = new Database(join(dataDir, 'waymark.db'));
        db.run('UPDATE idempotency SET result = NULL');
        db.run('ALTER TABLE api_keys RENAME TO elsewhere');
      }
      await using after = await startV1({}, dataDir);
      const running = await failure(
        after.admin.links.create({ url: 'https://example.com' }, { idempotencyKey: 'running' }),
      );
      expect(running).toMatchObject({ code: 'idempotency_running', status: 409, retryAfterSeconds: 1 });
      const broken = await failure(after.admin.keys.list());
      expect(broken).toMatchObject({ code: 'internal', status: 500, message: 'Internal error', errors: [] });
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  }, 20_000);
});
