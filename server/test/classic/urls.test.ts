import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type AppHere, startAppHere } from '../start-app-here.ts';
import { ClassicClient, json, type Row, word } from './client.ts';

let app: AppHere;
let api: ClassicClient;
beforeAll(async () => {
  app = await startAppHere();
  api = new ClassicClient(app.baseUrl);
});
afterAll(() => app[Symbol.asyncDispose]());

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/;
const URL_FIELDS = [
  'id',
  'user_id',
  'short_code',
  'original_url',
  'title',
  'is_active',
  'created_at',
  'updated_at',
  'short_url',
  'click_count',
  'expires_at',
];
const ways = (code: unknown) => [
  `/${code}`,
  `/r/${code}`,
  `/s/${code}`,
  `/urls/${code}`,
  `/urls/short/${code}`,
  `/urls/${code}/redirect`,
];

test('a url is made with all its fields and found where Location says', async () => {
  const user = await api.user();
  const sent = {
    original_url: 'https://example.com/Ä?q=1',
    user_id: user.id,
    title: 'Grüße, 世界 🌍',
    expires_at: '2099-01-02T03:04:05+01:00',
  };
  const { status, body, headers } = await api.call('POST /urls', json({ ...sent, color: 'red' }));
  const url = body as Row;
  expect(status).toBe(201);
  expect(Object.keys(url).sort()).toEqual(URL_FIELDS.toSorted());
  expect(url).toMatchObject({
    ...sent,
    original_url: 'https://example.com/%C3%84?q=1',
    is_active: true,
    click_count: 0,
    expires_at: '2099-01-02T02:04:05',
  });
  expect(url.short_code).toMatch(/^(?!\d+$)[A-Za-z0-9_-]{6,}$/);
  expect(url.short_url).toBe(`${app.baseUrl}/${url.short_code}`);
  expect([url.created_at, url.updated_at]).toEqual([expect.stringMatching(TIME), expect.stringMatching(TIME)]);
  expect((await api.call(`GET ${headers.get('location')}`)).body).toEqual(url);
  for (const path of ways(url.short_code))
    expect((await api.call(`GET ${path}`)).headers.get('location')).toBe(String(url.original_url));
});

test('the same url twice is two links', async () => {
  const body = json({ original_url: 'https://example.com/twice' });
  const [one, two] = [await api.row('POST /urls', 201, body), await api.row('POST /urls', 201, body)];
  expect(one.id).not.toBe(two.id);
  expect(one.short_code).not.toBe(two.short_code);
});

test.each([
  [{ url: 'https://example.com/a' }],
  [{ long_url: 'https://example.com/a' }],
  [{ original_url: ' ', url: 'https://example.com/a' }],
  [{ original_url: 'https://example.com/a', url: 'https://example.com/a' }],
])('%p names a destination', async (body) => {
  for (const path of ['/urls', '/shorten']) {
    expect(await api.row(`POST ${path}`, 201, json(body))).toMatchObject({ original_url: 'https://example.com/a' });
  }
});

test.each([
  ['original_url', undefined],
  ['original_url', null],
  ['original_url', ''],
  ['original_url', 7],
  ['original_url', 'somewhere'],
  ['original_url', 'ftp://example.com/'],
  ['original_url', 'https://u:p@example.com/'],
  ['original_url', 'https://example.com/a b'],
  ['original_url', `https://example.com/${'a'.repeat(2029)}`],
  ['url', 'https://example.com/other'],
  ['user_id', true],
  ['user_id', '1'],
  ['user_id', 1.5],
  ['user_id', 1e300],
  ['title', 7],
  ['title', 't'.repeat(256)],
  ['title', '\udc00'],
  ['is_active', 1],
  ['is_active', 'true'],
  ['is_active', null],
  ['short_code', 'ab'],
  ['short_code', 'a'.repeat(65)],
  ['short_code', '1234567'],
  ['short_code', 'no good!'],
  ['short_code', 'ünicode'],
  ['short_code', 'health'],
  ['short_code', 'URLS'],
  ['short_code', 5],
  ['expires_at', 'tomorrow'],
  ['expires_at', '2026-02-30T00:00:00'],
  ['expires_at', 1775217600],
])('POST with %s %p is refused by name', async (field, value) => {
  const body = { original_url: 'https://example.com/', [field]: value };
  expect((await api.call('POST /urls', json(body))).body).toMatchObject({ status: 400, details: [{ field }] });
});

test('the service itself is no destination', async () => {
  const { port } = app;
  for (const host of [
    `127.0.0.1:${port}`,
    `localhost:${port}`,
    `[::1]:${port}`,
    `LOCALHOST.:${port}`,
    `2130706433:${port}`,
  ]) {
    expect((await api.call('POST /shorten', json({ url: `http://${host}/abc` }))).body).toMatchObject({
      code: 'self_link',
    });
  }
});

test('null, absent and blank leave a field out', async () => {
  for (const blank of [null, '', '  ']) {
    const url = await api.url({ title: blank, short_code: blank, custom_alias: blank, expires_at: blank });
    expect(url).toMatchObject({ title: null, expires_at: null, user_id: null });
  }
});

test('an alias is given once, by either name', async () => {
  const code = word('al');
  expect(await api.url({ custom_alias: code })).toMatchObject({ short_code: code });
  const taken = await api.call('POST /urls', json({ original_url: 'https://example.com/', short_code: code }));
  expect(taken.body).toMatchObject({ status: 409, code: 'code_taken', details: [{ field: 'short_code' }] });
  expect(await api.url({ short_code: code.toUpperCase() })).toMatchObject({ short_code: code.toUpperCase() });
});

test('an unknown owner is 404', async () => {
  for (const user_id of [1_999_999_999, 0, -1]) {
    const { body } = await api.call('POST /urls', json({ original_url: 'https://example.com/', user_id }));
    expect(body).toMatchObject({ status: 404, error: 'User not found', details: [{ field: 'user_id' }] });
  }
});

describe('an update', () => {
  test('changes what it names, keeps the rest and leaves an event for each change', async () => {
    const url = await api.url({ title: 'Old' });
    const changed = await api.row(`PUT /urls/${url.id}`, 200, json({ title: 'New', is_active: false }));
    expect(changed).toEqual({ ...url, title: 'New', is_active: false, updated_at: expect.any(String) });
    const events = (await api.rows(`GET /events?url_id=${url.id}&event_type=updated`)).map(({ details }) => details);
    expect(events).toContainEqual({ field: 'title', new_value: 'New' });
    expect(events).toContainEqual({ field: 'is_active', new_value: false });
    expect(await api.row(`PATCH /urls/${url.id}`, 200, json({ title: '', expires_at: '2099-01-01' }))).toMatchObject({
      title: null,
      expires_at: '2099-01-01T00:00:00',
    });
    expect(await api.row(`PATCH /urls/${url.id}`, 200, json({ expires_at: null }))).toMatchObject({ expires_at: null });
  });

  test('is seen by the very next redirect', async () => {
    const url = await api.url();
    for (const original_url of ['https://example.com/two', 'https://example.com/three']) {
      await api.row(`PUT /urls/${url.id}`, 200, json({ original_url }));
      expect((await api.call(`GET /${url.short_code}`)).headers.get('location')).toBe(original_url);
    }
    await api.row(`PUT /urls/${url.id}`, 200, json({ is_active: false }));
    for (const path of ways(url.short_code)) expect((await api.call(`GET ${path}`)).status).toBe(404);
    await api.row(`PUT /urls/${url.id}`, 200, json({ is_active: true, expires_at: '2020-01-01' }));
    for (const path of ways(url.short_code)) expect((await api.call(`GET ${path}`)).status).toBe(410);
    expect(await api.rows(`GET /events?url_id=${url.id}&event_type=click`)).toHaveLength(2);
  });

  test.each([
    [{}, 'body'],
    [{ short_code: 'other-code' }, 'short_code'],
    [{ url: 'https://example.com/' }, 'url'],
    [{ click_count: 5 }, 'click_count'],
    [{ is_active: 'false' }, 'is_active'],
    [{ is_active: null }, 'is_active'],
    [{ title: 5 }, 'title'],
    [{ original_url: '' }, 'original_url'],
    [{ original_url: null }, 'original_url'],
    [{ original_url: 'javascript:alert(1)' }, 'original_url'],
    [{ expires_at: 5 }, 'expires_at'],
  ])('%p is refused by name', async (body, field) => {
    const { id } = await api.url();
    for (const method of ['PUT', 'PATCH']) {
      expect((await api.call(`${method} /urls/${id}`, json(body))).body).toMatchObject({
        status: 400,
        details: [{ field }],
      });
    }
  });

  test('of an unknown url is 404', async () => {
    expect((await api.call('PUT /urls/1999999999', json({ title: 'x' }))).status).toBe(404);
  });
});

test('a deleted url is gone, its events but the last with it, and its code stays taken', async () => {
  const url = await api.url();
  await api.call(`GET /${url.short_code}`);
  expect((await api.call(`DELETE /urls/${url.id}`)).status).toBe(204);
  for (const path of [
    `/urls/${url.id}`,
    `/urls/${url.id}/analytics`,
    `/urls/${url.id}/events`,
    ...ways(url.short_code),
  ]) {
    expect((await api.call(`GET ${path}`)).status).toBe(404);
  }
  expect((await api.call(`DELETE /urls/${url.id}`)).status).toBe(404);
  expect(await api.rows(`GET /events?url_id=${url.id}`)).toEqual([]);
  expect(
    (await api.call('POST /urls', json({ original_url: 'https://example.com/', short_code: url.short_code }))).status,
  ).toBe(409);
});

test('POST /urls/bulk makes each item on its own', async () => {
  const code = word('bk');
  const items = [
    { original_url: 'https://example.com/1', title: 'One' },
    { original_url: 'nowhere' },
    'no object',
    { url: 'https://example.com/2', custom_alias: code },
    { url: 'https://example.com/3', custom_alias: code },
    { url: 'https://example.com/4', user_id: 1_999_999_999 },
  ];
  for (const body of [
    items,
    { urls: items.map((item) => (typeof item === 'object' ? { ...item, custom_alias: undefined } : item)) },
  ]) {
    const answer = await api.row('POST /urls/bulk', 201, json(body));
    const results = answer.results as { index: number; status: number; url?: Row; error?: string }[];
    expect(results.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(results[0]).toMatchObject({ status: 201, url: { title: 'One', click_count: 0 } });
    expect(Object.keys(results[0]?.url ?? {}).sort()).toEqual(URL_FIELDS.toSorted());
    expect(results[1]).toMatchObject({ status: 400, error: expect.any(String) });
    expect(results[2]).toMatchObject({ status: 400, error: expect.any(String) });
    expect(results[4]?.status).toBe(Array.isArray(body) ? 409 : 201);
    expect(results[5]).toMatchObject({ status: 404, error: 'User not found' });
    expect([answer.created, answer.failed]).toEqual(Array.isArray(body) ? [2, 4] : [3, 3]);
  }
  for (const body of [[], {}, { urls: 'x' }, Array(1001).fill({ url: 'https://example.com/' })]) {
    expect((await api.call('POST /urls/bulk', json(body))).status).toBe(400);
  }
  expect(await api.row('POST /urls/bulk', 201, json(Array(1000).fill({ url: 'https://example.com/' })))).toMatchObject({
    created: 1000,
  });
});

test('analytics and stats count each redirect once, at once, and no HEAD', async () => {
  const url = await api.url();
  for (const path of ways(url.short_code)) await api.call(`GET ${path}`);
  await api.call(`HEAD /${url.short_code}`);
  await api.row('POST /events', 201, json({ event_type: 'click', url_id: url.id }));
  const { body, headers } = await api.call(`GET /urls/${url.id}/analytics`);
  expect(body).toEqual({
    url_id: url.id,
    short_code: url.short_code,
    original_url: url.original_url,
    total_events: 8,
    click_count: 6,
    unique_visitors: 1,
    event_counts: { created: 1, click: 7 },
    latest_event_at: expect.stringMatching(TIME),
  });
  expect(headers.get('x-cache')).toBe('BYPASS');
  expect(headers.get('x-data-lag')).toBeNull();
  const stats = await api.row(`GET /urls/${url.id}/stats`, 200);
  expect(stats).toMatchObject({ click_count: 6, unique_visitors: 1, last_click_at: expect.stringMatching(TIME) });
  const days = stats.clicks_by_day as { date: string; clicks: number }[];
  expect(days).toHaveLength(30);
  expect(days.reduce((sum, { clicks }) => sum + clicks, 0)).toBe(6);
  expect(await api.row(`GET /urls/${url.id}`, 200)).toMatchObject({ click_count: 6 });
});

test('a QR code comes as PNG or SVG', async () => {
  const { id } = await api.url();
  const [png, svg] = [
    await fetch(`${app.baseUrl}/urls/${id}/qr`),
    await fetch(`${app.baseUrl}/urls/${id}/qr?format=SVG`),
  ];
  expect([png.headers.get('content-type'), svg.headers.get('content-type')]).toEqual(['image/png', 'image/svg+xml']);
  expect(new Uint8Array(await png.arrayBuffer()).slice(0, 4)).toEqual(new Uint8Array([0x89, 0x50, 0x4e, 0x47]));
  expect(await svg.text()).toStartWith('<svg');
  expect((await api.call(`GET /urls/${id}/qr?format=gif`)).status).toBe(400);
  expect((await api.call('GET /urls/1999999999/qr')).status).toBe(404);
});
