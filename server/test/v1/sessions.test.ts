import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { LIVE_CLOSE } from '@waymark/contract/v1/live';
import type { Session, SessionRow } from '@waymark/contract/v1/sessions';
import { TEST_API_KEY } from '../start-app.ts';
import { openLive } from './live-client.ts';
import { failure, jsonInit, startV1, type V1App } from './v1-app.ts';

let v1: V1App;
beforeAll(async () => {
  v1 = await startV1();
});
afterAll(() => v1[Symbol.asyncDispose]());

const DAY_MS = 86_400_000;

/** A request without a key; a change comes from a page of the service itself unless `headers` say otherwise. */
function ask(path: string, { headers, ...init }: RequestInit = {}): Promise<Response> {
  return fetch(`${v1.app.baseUrl}/api${path}`, { ...init, headers: { Origin: v1.app.baseUrl, ...headers } as never });
}

const signIn = (body: unknown, headers: Record<string, string> = {}) =>
  ask('/v1/session', jsonInit('POST', body, headers));

/** Of a browser that has signed in. */
async function browser(body: unknown = { apiKey: TEST_API_KEY }) {
  const response = await signIn(body);
  expect(response.status).toBe(201);
  const setCookie = response.headers.get('set-cookie') ?? '';
  const cookie = setCookie.split(';')[0] ?? '';
  const session = (await response.json()) as Session;
  const send = (path: string, init: RequestInit = {}) =>
    ask(path, { ...init, headers: { Cookie: cookie, ...init.headers } as never });
  return { session, cookie, setCookie, secret: cookie.split('=')[1] ?? '', send };
}

const tokenOf = (url: string) => url.split('#')[1] ?? '';
const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;
const newKey = async (scope: 'read' | 'write' | 'admin', expiresAt?: string) => {
  const key = await v1.admin.keys.create({ name: `${scope} key`, scope, ...(expiresAt && { expiresAt }) });
  return { id: key.id, secret: key.secret ?? '' };
};

describe('signing in', () => {
  test('an API key opens a session of its scope, by a cookie that scripts do not see', async () => {
    const key = await newKey('write');
    const { session, setCookie, send } = await browser({ apiKey: key.secret });
    expect(setCookie).toMatch(/^waymark_session=ws_[0-9A-Za-z]{36}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(Number(/Max-Age=(\d+)/.exec(setCookie)?.[1])).toBeWithin(30 * 86_400 - 60, 30 * 86_400 + 1);
    expect(session).toMatchObject({ kind: 'session', name: 'write key', scope: 'write' });
    expect(Date.parse(session.expiresAt ?? '') - Date.parse(session.createdAt ?? '')).toBe(30 * DAY_MS);
    expect(await (await send('/v1/session')).json()).toEqual(session);
    expect((await send('/v1/links', jsonInit('POST', { url: 'https://example.com' }))).status).toBe(201);
    expect((await send('/v1/keys')).status).toBe(403);
  });

  test('a link opens a session once, and says where in its fragment', async () => {
    const link = await v1.admin.signInLinks.create({ name: 'Ada', scope: 'read' });
    expect(link.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/app\/sign-in#wlb_[0-9A-Za-z]{36}$/);
    expect(Date.parse(link.expiresAt) - Date.now()).toBeWithin(14 * 60_000, 15 * 60_000 + 1);
    const token = tokenOf(link.url);
    const { session, send } = await browser({ token });
    expect(session).toMatchObject({ name: 'Ada', scope: 'read' });
    expect((await send('/v1/links')).status).toBe(200);
    expect((await send('/v1/links', jsonInit('POST', { url: 'https://example.com' }))).status).toBe(403);
    const again = await signIn({ token });
    expect([again.status, again.headers.get('set-cookie'), await codeOf(again)]).toEqual([401, null, 'unauthorized']);
  });

  test('of two that use a link at once one signs in', async () => {
    const token = tokenOf((await v1.admin.signInLinks.create()).url);
    const statuses = await Promise.all(Array.from({ length: 6 }, async () => (await signIn({ token })).status));
    expect(statuses.sort()).toEqual([201, 401, 401, 401, 401, 401]);
  });

  test('neither a session nor a link is kept in the clear, or sent again', async () => {
    const { url } = await v1.admin.signInLinks.create();
    const repeated = { 'Idempotency-Key': 'sign-in' };
    const first = await signIn({ apiKey: TEST_API_KEY }, repeated);
    const second = await signIn({ apiKey: TEST_API_KEY }, repeated);
    const cookies = [first, second].map((response) => response.headers.get('set-cookie') ?? '');
    expect(cookies[0]).not.toBe(cookies[1] as string);
    expect(second.headers.get('idempotency-replayed')).toBeNull();
    const kept = JSON.stringify(
      await Promise.all(
        ['sessions', 'sign_in_links', 'idempotency'].map((table) => v1.app.rows(`SELECT * FROM ${table}`)),
      ),
    );
    for (const secret of [tokenOf(url), ...cookies.map((cookie) => cookie.slice(16, 56))]) {
      expect(secret.length).toBeGreaterThan(38);
      expect(kept).not.toContain(secret);
    }
    expect(v1.app.log.join('\n')).not.toContain(tokenOf(url));
  });

  test.each([
    [{}, 'apiKey'],
    [{ apiKey: 'a', token: 'b' }, 'token'],
    [{ apiKey: 5 }, 'apiKey'],
    [{ token: null }, 'token'],
    [{ apiKey: 'a', scope: 'admin' }, 'scope'],
    [{ apiKey: 'a'.repeat(501) }, 'apiKey'],
  ])('%j is refused naming %s', async (body, field) => {
    const response = await signIn(body);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { errors: { field: string }[] }).errors[0]?.field).toBe(field);
  });

  test.each([[{ apiKey: 'wm_wrong' }], [{ apiKey: '' }], [{ token: 'wl_wrong' }], [{ token: '' }]])(
    '%j is 401',
    async (body) => {
      const response = await signIn(body);
      expect([response.status, response.headers.get('set-cookie')]).toEqual([401, null]);
      expect(await codeOf(response)).toBe('unauthorized');
    },
  );

  test('a page of another origin signs nobody in; a program, which has none, does', async () => {
    for (const headers of [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
    ] as Record<string, string>[]) {
      const response = await signIn({ apiKey: TEST_API_KEY }, headers);
      expect([response.status, response.headers.get('set-cookie')]).toEqual([403, null]);
    }
    expect(await v1.client(null).session.signIn({ apiKey: TEST_API_KEY })).toMatchObject({ scope: 'admin' });
  });

  test('links are made by admins, for any scope and no blank name', async () => {
    const { secret } = await newKey('write');
    expect((await failure(v1.client(secret).signInLinks.create({ scope: 'read' }))).code).toBe('forbidden');
    expect((await failure(v1.client(null).signInLinks.create())).code).toBe('unauthorized');
    expect((await failure(v1.admin.signInLinks.create({ name: ' ' }))).errors[0]?.field).toBe('name');
  });
});

describe('a session', () => {
  test('changes things from pages of the service alone', async () => {
    const { cookie, send } = await browser();
    const body = { url: 'https://example.com/origin' };
    for (const headers of [
      { Origin: 'https://evil.example' },
      { Origin: 'http://127.0.0.1:1' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
    ] as Record<string, string>[]) {
      const response = await send('/v1/links', jsonInit('POST', body, headers));
      expect([response.status, await codeOf(response)]).toEqual([403, 'forbidden']);
    }
    const none = await fetch(`${v1.app.baseUrl}/api/v1/links`, jsonInit('POST', body, { Cookie: cookie }));
    expect(none.status).toBe(403);
    expect(((await none.json()) as { title: string }).title).toContain('Origin');
    const foreign = await send('/v1/session', { method: 'DELETE', headers: { Origin: 'https://evil.example' } });
    expect(foreign.status).toBe(403);
    expect((await send('/v1/links', jsonInit('POST', body))).status).toBe(201);
    expect((await send('/v1/links', { headers: { Origin: 'https://evil.example' } })).status).toBe(200);
  });

  test('reads what operators read', async () => {
    const { cookie } = await browser();
    const operators = (path: string, headers: Record<string, string>) =>
      fetch(`${v1.app.baseUrl}${path}`, { headers: { 'X-Forwarded-For': '203.0.113.9', ...headers } });
    for (const path of ['/metrics', '/logs', '/health/proxy']) {
      expect((await operators(path, {})).status).toBe(401);
      expect((await operators(path, { Cookie: cookie })).status).toBe(200);
    }
  });

  test('opens the keyed classic API to its own pages', async () => {
    const { cookie } = await browser();
    const proxied = { 'X-Forwarded-For': '203.0.113.9', Cookie: cookie };
    const shorten = (headers: Record<string, string>) =>
      fetch(`${v1.app.baseUrl}/shorten`, jsonInit('POST', { url: 'https://example.com/' }, { ...proxied, ...headers }));
    expect((await shorten({})).status).toBe(403);
    expect((await shorten({ Origin: 'https://evil.example' })).status).toBe(403);
    expect((await shorten({ Origin: v1.app.baseUrl })).status).toBeLessThan(300);
    expect((await fetch(`${v1.app.baseUrl}/users`, { headers: proxied })).status).toBe(200);
  });

  test('is told who it is; a key is told that it is one', async () => {
    const key = await newKey('read');
    const { createdAt } = await v1.admin.keys.get(key.id);
    expect(await v1.client(key.secret).session.get()).toEqual({
      id: null,
      kind: 'key',
      name: 'read key',
      scope: 'read',
      createdAt,
      expiresAt: null,
    });
    expect(await v1.admin.session.get()).toMatchObject({ id: null, name: 'bootstrap', createdAt: null });
    expect((await failure(v1.client(null).session.get())).code).toBe('unauthorized');
  });

  test('ends when its holder signs out, and takes its cookie along', async () => {
    const { send } = await browser();
    expect((await send('/v1/links')).status).toBe(200);
    const out = await send('/v1/session', { method: 'DELETE' });
    expect([out.status, out.headers.get('set-cookie')]).toEqual([
      204,
      'waymark_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict',
    ]);
    expect((await send('/v1/links')).status).toBe(401);
    expect((await send('/v1/session', { method: 'DELETE' })).status).toBe(401);
    const key = await newKey('read');
    await v1.client(key.secret).session.signOut();
    await v1.client(key.secret).links.list();
  });

  test('is listed, and refused the moment it is revoked', async () => {
    const mine = await browser();
    const other = await browser({ token: tokenOf((await v1.admin.signInLinks.create({ name: 'Bob' })).url) });
    expect((await other.send('/v1/links')).status).toBe(200);
    const listed = (await (await mine.send('/v1/sessions?limit=2')).json()) as {
      data: SessionRow[];
      nextCursor: string;
    };
    expect(listed.data.map(({ name, current }) => [name, current])).toEqual([
      ['Bob', false],
      ['bootstrap', true],
    ]);
    expect(listed.data[0]).toMatchObject({
      id: other.session.id,
      scope: 'admin',
      userAgent: expect.stringContaining('Bun'),
    });
    expect((await v1.admin.sessions.list({ limit: 2, cursor: listed.nextCursor })).data[0]?.id).not.toBe(
      mine.session.id,
    );
    const id = other.session.id ?? '';
    expect((await mine.send(`/v1/sessions/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await other.send('/v1/links')).status).toBe(401);
    expect((await failure(v1.admin.sessions.revoke(id))).code).toBe('not_found');
    expect((await v1.admin.sessions.list()).data.some((row) => row.id === id)).toBe(false);
  });

  test('ends with the key that it comes from, whether by itself or by a link', async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const key = await newKey('admin', expiresAt);
    const direct = await browser({ apiKey: key.secret });
    const { url } = (await (await direct.send('/v1/sign-in-links', jsonInit('POST', {}))).json()) as { url: string };
    const byLink = await browser({ token: tokenOf(url) });
    for (const { session, send } of [direct, byLink]) {
      expect(session.expiresAt).toBe(expiresAt);
      expect((await send('/v1/links')).status).toBe(200);
    }
    const left = tokenOf((await v1.client(key.secret).signInLinks.create()).url);
    await v1.admin.keys.revoke(key.id);
    for (const { send } of [direct, byLink]) expect((await send('/v1/links')).status).toBe(401);
    expect((await signIn({ token: left })).status).toBe(401);
    expect((await signIn({ apiKey: key.secret })).status).toBe(401);
  });

  test('is refused once it has expired', async () => {
    const expiresAt = new Date(Date.now() + 900).toISOString();
    const key = await newKey('read', expiresAt);
    const { send } = await browser({ apiKey: key.secret });
    expect((await send('/v1/links')).status).toBe(200);
    while (Date.now() <= Date.parse(expiresAt)) await Bun.sleep(50);
    expect((await send('/v1/links')).status).toBe(401);
  });
});

describe('the live feed', () => {
  const live = (headers: Record<string, string>) => openLive(v1.app.baseUrl, '/v1/live', headers);
  const isReady = ({ type }: { type: string }) => type === 'ready';

  test('opens by cookie to pages of the service, and closes when the session is revoked', async () => {
    const { session, cookie } = await browser();
    using socket = live({ Cookie: cookie, Origin: v1.app.baseUrl });
    await socket.next(isReady);
    using byKey = live({ Authorization: `Bearer ${TEST_API_KEY}` });
    await byKey.next(isReady);
    const start = performance.now();
    await v1.admin.sessions.revoke(session.id ?? '');
    expect(await socket.closed).toBe(LIVE_CLOSE.unauthorized);
    expect(performance.now() - start).toBeLessThan(5000);
    byKey.say({ link: '999999' });
    await byKey.next((message) => message.type === 'error' && message.code === 'not_found');
  });

  test('is refused to pages of other origins, and to whoever does not say', async () => {
    const { cookie } = await browser();
    const handshake = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      Cookie: cookie,
    };
    for (const headers of [{}, { Origin: 'https://evil.example' }] as Record<string, string>[]) {
      const response = await fetch(`${v1.app.baseUrl}/api/v1/live`, { headers: { ...handshake, ...headers } });
      expect([response.status, await codeOf(response)]).toEqual([403, 'forbidden']);
    }
  });

  test('closes with 4401 for a cookie that is good for nothing', async () => {
    using socket = live({ Cookie: 'waymark_session=ws_gone', Origin: v1.app.baseUrl });
    expect(await socket.closed).toBe(LIVE_CLOSE.unauthorized);
  });
});

test('where browsers come by https the cookie is theirs alone', async () => {
  await using own = await startV1({ BASE_URL: 'https://go.example' });
  const response = await fetch(
    `${own.app.baseUrl}/api/v1/session`,
    jsonInit('POST', { apiKey: TEST_API_KEY }, { Origin: 'https://go.example' }),
  );
  expect(response.headers.get('set-cookie')).toMatch(/^__Host-waymark_session=wsb_\w+; .*; Secure$/);
  expect((await own.admin.signInLinks.create()).url).toStartWith('https://go.example/app/sign-in#');
}, 20_000);
