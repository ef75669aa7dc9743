import { afterAll, beforeAll, expect, test } from 'bun:test';
import { type AppHere, startAppHere } from '../start-app-here.ts';
import { ClassicClient, json, word } from './client.ts';

let app: AppHere;
let api: ClassicClient;
beforeAll(async () => {
  app = await startAppHere();
  api = new ClassicClient(app.baseUrl);
});
afterAll(() => app[Symbol.asyncDispose]());

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/;

test('a user is made, read, changed in part and deleted', async () => {
  const [username, email] = [word('u'), `${word('m')}@example.com`];
  const made = await api.call('POST /users', json({ username, email, is_admin: true }));
  const user = made.body as { id: number };
  expect(made.status).toBe(201);
  expect(made.headers.get('location')).toBe(`/users/${user.id}`);
  expect(made.body).toEqual({ id: expect.any(Number), username, email, created_at: expect.stringMatching(TIME) });
  expect((await api.call(`GET /users/${user.id}`)).body).toEqual(made.body);
  const renamed = word('u');
  expect(await api.row(`PUT /users/${user.id}`, 200, json({ username: renamed }))).toMatchObject({
    username: renamed,
    email,
  });
  expect(await api.row(`PATCH /users/${user.id}`, 200, json({ username: renamed, email }))).toMatchObject({
    username: renamed,
  });
  expect((await api.call(`DELETE /users/${user.id}`)).status).toBe(204);
  for (const line of ['GET', 'DELETE']) expect((await api.call(`${line} /users/${user.id}`)).status).toBe(404);
  expect((await api.call(`PUT /users/${user.id}`, json({ username: word() }))).status).toBe(404);
});

test.each([
  ['username', undefined],
  ['username', null],
  ['username', ''],
  ['username', '  '],
  ['username', 4711],
  ['username', ['x']],
  ['username', 'u'.repeat(151)],
  ['username', 'u\0'],
  ['email', undefined],
  ['email', null],
  ['email', ' '],
  ['email', true],
  ['email', 'nobody'],
  ['email', 'nobody@localhost'],
  ['email', 'no body@example.com'],
  ['email', 'a@b@example.com'],
  ['email', '@example.com'],
  ['email', 'a@example.'],
  ['email', 'a@.com'],
  ['email', `${'a'.repeat(140)}@example.com`],
])('%s %p is refused by name', async (field, value) => {
  const body = { username: word(), email: `${word()}@example.com`, [field]: value };
  expect((await api.call('POST /users', json(body))).body).toMatchObject({ status: 400, details: [{ field }] });
  if (value === undefined) return;
  const { id } = await api.user();
  expect((await api.call(`PATCH /users/${id}`, json({ [field]: value }))).body).toMatchObject({
    status: 400,
    details: [{ field }],
  });
});

test('lengths count code points', async () => {
  const username = `${word()}${'😀'.repeat(100)}`;
  expect((await api.user({ username: username + 'x'.repeat(150 - [...username].length) })).username).toStartWith(
    username,
  );
});

test('names are taken once: usernames as they stand, e-mails in any case', async () => {
  const [one, two] = [await api.user(), await api.user()];
  const email = String(one.email).toUpperCase();
  expect((await api.call('POST /users', json({ username: one.username, email: `${word()}@example.com` }))).status).toBe(
    409,
  );
  expect((await api.call('POST /users', json({ username: word(), email }))).status).toBe(409);
  expect((await api.call(`PUT /users/${two.id}`, json({ username: one.username }))).status).toBe(409);
  expect((await api.call(`PUT /users/${two.id}`, json({ email }))).status).toBe(409);
  expect((await api.call(`PUT /users/${one.id}`, json({ email }))).status).toBe(200);
});

test('of many that ask for one name at once exactly one gets it', async () => {
  const username = word('wanted');
  const make = (i: number) => api.call('POST /users', json({ username, email: `${word()}${i}@example.com` }));
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => make(i)));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)]);
});

test('an update that names nothing, or something else, is refused', async () => {
  const { id } = await api.user();
  expect((await api.call(`PUT /users/${id}`, json({}))).status).toBe(400);
  expect((await api.call(`PUT /users/${id}`, json({ id: 5 }))).body).toMatchObject({
    status: 400,
    details: [{ field: 'id' }],
  });
});

test('users are found by name and by e-mail in any case', async () => {
  const user = await api.user();
  expect(await api.rows(`/users?username=${user.username}`.replace(/^/, 'GET '))).toEqual([user]);
  expect(await api.rows(`GET /users?email=${String(user.email).toUpperCase()}`)).toEqual([user]);
  expect(await api.rows('GET /users?username=nobody-of-that-name')).toEqual([]);
});

test('with a user go the urls, their codes and their events', async () => {
  const user = await api.user();
  const url = await api.url({ user_id: user.id });
  await api.row('POST /events', 201, json({ event_type: 'view', url_id: url.id, user_id: user.id }));
  expect((await api.call(`GET /${url.short_code}`)).status).toBe(302);
  expect(await api.rows(`GET /users/${user.id}/urls`)).toHaveLength(1);
  const types = (await api.rows(`GET /users/${user.id}/events`)).map(({ event_type }) => event_type);
  expect(types.toSorted()).toEqual(['click', 'created', 'view']);
  expect((await api.call(`DELETE /users/${user.id}`)).status).toBe(204);
  for (const path of [`/urls/${url.id}`, `/${url.short_code}`, `/users/${user.id}/urls`, `/users/${user.id}/events`]) {
    expect((await api.call(`GET ${path}`)).status).toBe(404);
  }
  for (const path of [`/urls?user_id=${user.id}`, `/events?user_id=${user.id}`])
    expect(await api.rows(`GET ${path}`)).toEqual([]);
});

test('a user with more urls than one transaction takes is deleted whole', async () => {
  const user = await api.user();
  const urls = Array.from({ length: 700 }, () => ({ original_url: 'https://example.com/', user_id: user.id }));
  await api.row('POST /urls/bulk', 201, json(urls));
  const before = Number((await api.call('GET /urls?per_page=1')).headers.get('x-total-count'));
  expect((await api.call(`DELETE /users/${user.id}`)).status).toBe(204);
  const after = Number((await api.call('GET /urls?per_page=1')).headers.get('x-total-count'));
  expect(before - after).toBe(700);
});
