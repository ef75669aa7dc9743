import { afterAll, beforeAll, expect, test } from 'bun:test';
import { type AppHere, startAppHere } from '../start-app-here.ts';
import { ClassicClient, json, type Row, word } from './client.ts';

let app: AppHere;
let api: ClassicClient;
beforeAll(async () => {
  app = await startAppHere();
  api = new ClassicClient(app.baseUrl);
});
afterAll(() => app[Symbol.asyncDispose]());

test('an event is posted, read and deleted', async () => {
  const [user, url] = [await api.user(), await api.url()];
  const sent = { event_type: 'share', url_id: url.id, user_id: user.id, details: { deep: { list: [1, null, '😀'] } } };
  const made = await api.call('POST /events', json(sent));
  const { id } = made.body as Row;
  expect(made.status).toBe(201);
  expect(made.body).toEqual({
    ...sent,
    id: expect.any(Number),
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
  });
  expect(made.headers.get('location')).toBe(`/events/${id}`);
  expect((await api.call(`GET /events/${id}`)).body).toEqual(made.body);
  expect((await api.call(`DELETE /events/${id}`)).status).toBe(204);
  for (const method of ['GET', 'DELETE'])
    expect((await api.call(`${method} /events/${id}`)).body).toMatchObject({ error: 'Event not found' });
});

test('user and details may be left out', async () => {
  const { id } = await api.url();
  const made = await api.row('POST /events', 201, json({ event_type: 'view', url_id: id, colour: 'red' }));
  expect(made).toMatchObject({ user_id: null, details: {} });
});

test.each([
  ['event_type', undefined],
  ['event_type', ''],
  ['event_type', ' '],
  ['event_type', null],
  ['event_type', 5],
  ['url_id', undefined],
  ['url_id', null],
  ['url_id', true],
  ['url_id', '1'],
  ['url_id', 1.5],
  ['url_id', 2 ** 60],
  ['user_id', true],
  ['user_id', '1'],
  ['user_id', 0.5],
  ['details', 'a word'],
  ['details', []],
  ['details', 5],
  ['details', null],
])('%s %p is refused by name and nothing is stored', async (field, value) => {
  const { id } = await api.url();
  const body = { event_type: 'view', url_id: id, [field]: value };
  expect((await api.call('POST /events', json(body))).body).toMatchObject({ status: 400, details: [{ field }] });
  expect(await api.rows(`GET /events?url_id=${id}`)).toHaveLength(1);
});

test('unknown urls and users are 404', async () => {
  const { id } = await api.url();
  expect((await api.call('POST /events', json({ event_type: 'x', url_id: 1_999_999_999 }))).body).toMatchObject({
    status: 404,
    error: 'URL not found',
  });
  expect(
    (await api.call('POST /events', json({ event_type: 'x', url_id: id, user_id: 1_999_999_999 }))).body,
  ).toMatchObject({ status: 404, error: 'User not found' });
  expect(await api.rows(`GET /events?url_id=${id}`)).toHaveLength(1);
});

test('events are filtered by any of url, user and type', async () => {
  const [user, one, two, type] = [await api.user(), await api.url(), await api.url(), word('t')];
  const post = (url_id: number, user_id: number | null, event_type: string) =>
    api.row('POST /events', 201, json({ url_id, user_id, event_type }));
  const made = [
    await post(one.id, user.id, type),
    await post(one.id, null, type),
    await post(two.id, user.id, type),
    await post(two.id, user.id, 'view'),
  ];
  const ids = async (query: string) =>
    (await api.rows(`GET /events?${query}`)).map(({ id }) => made.findIndex((row) => row.id === id));
  expect(await ids(`event_type=${type}`)).toEqual([2, 1, 0]);
  expect(await ids(`user_id=${user.id}`)).toEqual([3, 2, 0]);
  expect(await ids(`url_id=${one.id}&event_type=${type}`)).toEqual([1, 0]);
  expect(await ids(`url_id=${two.id}&user_id=${user.id}&event_type=view`)).toEqual([3]);
  expect(await ids('url_id=1999999999')).toEqual([]);
  expect(await ids('user_id=-1')).toEqual([]);
  expect((await api.call('GET /events?url_id=one')).status).toBe(400);
  expect((await api.call('GET /events?user_id=1.5')).status).toBe(400);
});

test('a redirect is a click event at once, with its owner, and leaves again with its counts', async () => {
  const user = await api.user();
  const url = await api.url({ user_id: user.id });
  await Promise.all(Array.from({ length: 40 }, () => api.call(`GET /${url.short_code}`)));
  const clicks = await api.rows(`GET /events?url_id=${url.id}&event_type=click`);
  expect(clicks).toHaveLength(40);
  expect(clicks[0]).toMatchObject({
    user_id: user.id,
    details: { short_code: url.short_code, original_url: url.original_url },
  });
  expect((await api.call(`DELETE /events/${clicks[0]?.id}`)).status).toBe(204);
  expect(await api.row(`GET /urls/${url.id}/analytics`, 200)).toMatchObject({
    click_count: 39,
    event_counts: { click: 39, created: 1 },
  });
});

test('a refused redirect leaves no trace', async () => {
  const url = await api.url({ is_active: false });
  const expired = await api.url({ expires_at: '2020-01-01T00:00:00' });
  await api.call(`GET /${url.short_code}`);
  await api.call(`GET /${expired.short_code}`);
  await api.call(`GET /${word('unknown')}`);
  for (const { id } of [url, expired]) {
    expect((await api.rows(`GET /events?url_id=${id}`)).map(({ event_type }) => event_type)).toEqual(['created']);
  }
});
