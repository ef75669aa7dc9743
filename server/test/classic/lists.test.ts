import { afterAll, beforeAll, expect, test } from 'bun:test';
import { type AppHere, startAppHere } from '../start-app-here.ts';
import { ClassicClient, json } from './client.ts';

let app: AppHere;
let api: ClassicClient;
let owner: number;
let ids: number[];

beforeAll(async () => {
  app = await startAppHere();
  api = new ClassicClient(app.baseUrl);
  owner = (await api.user()).id;
  ids = [];
  for (let i = 0; i < 7; i++)
    ids.unshift((await api.url({ user_id: owner, is_active: i % 2 === 0, title: `T${i % 3}` })).id);
  await api.user();
});
afterAll(() => app[Symbol.asyncDispose]());

const idsOf = async (path: string) => (await api.rows(`GET ${path}`)).map(({ id }) => id);

/** The relations of a Link header, as page numbers. */
async function pages(path: string): Promise<Record<string, string | null>> {
  const header = (await api.call(`GET ${path}`)).headers.get('link') ?? '';
  const links = [...header.matchAll(/<([^>]+)>; rel="(\w+)"/g)].map(([, url = '', relation = '']) => [
    relation,
    new URL(url).searchParams.get('page'),
  ]);
  return Object.fromEntries(links);
}

test('urls come newest first, users by id', async () => {
  expect(await idsOf(`/urls?user_id=${owner}`)).toEqual(ids);
  expect(await idsOf(`/users/${owner}/urls`)).toEqual(ids);
  const users = await idsOf('/users');
  expect(users).toEqual(users.toSorted((a, b) => a - b));
});

test('pages are exact, complete and in the same order', async () => {
  const found = await Promise.all([1, 2, 3, 4].map((page) => idsOf(`/urls?user_id=${owner}&page=${page}&per_page=3`)));
  expect(found.map((page) => page.length)).toEqual([3, 3, 1, 0]);
  expect(found.flat()).toEqual(ids);
  expect(await idsOf(`/urls?user_id=${owner}&page=2&limit=3`)).toEqual(ids.slice(3, 6));
  expect(await idsOf(`/urls?user_id=${owner}&page=9007199254740991&per_page=1000`)).toEqual([]);
});

test('Link names the pages around this one', async () => {
  const path = `/urls?user_id=${owner}&is_active=1`;
  expect(await pages(`${path}&page=1&per_page=2`)).toEqual({ first: '1', next: '2', last: '2' });
  expect(await pages(`${path}&page=2&per_page=2`)).toEqual({ first: '1', prev: '1', last: '2' });
  expect(await pages(`${path}&page=9&per_page=2`)).toEqual({ first: '1', prev: '2', last: '2' });
  expect(await pages(path)).toEqual({ first: '1', last: '1' });
  const [, next] =
    /<([^>]+)>; rel="next"/.exec((await api.call(`GET ${path}&per_page=2`)).headers.get('link') ?? '') ?? [];
  const active = await idsOf(path);
  expect((await (await fetch(next ?? '')).json()).map(({ id }: { id: number }) => id)).toEqual(active.slice(2, 4));
});

test('the total is exact with every filter', async () => {
  const total = async (path: string) => (await api.call(`GET ${path}`)).headers.get('x-total-count');
  expect(await total(`/urls?user_id=${owner}&per_page=1`)).toBe('7');
  expect(await total(`/urls?user_id=${owner}&is_active=false`)).toBe('3');
  expect(await total('/urls?user_id=1999999999')).toBe('0');
  expect(await total(`/events?url_id=${ids[0]}`)).toBe('1');
  expect(await total(`/events?user_id=${owner}&event_type=created`)).toBe('7');
  expect(await total('/events?event_type=created')).toBe(await total('/urls'));
});

test.each([
  ['true', 4],
  ['TRUE', 4],
  ['1', 4],
  ['False', 3],
  ['0', 3],
])('is_active=%s finds %p', async (flag, count) => {
  expect(await idsOf(`/urls?user_id=${owner}&is_active=${flag}`)).toHaveLength(count);
});

test('urls are found by code and by title', async () => {
  const { id, short_code } = await api.row(`GET /urls/${ids[0]}`, 200);
  expect(await idsOf(`/urls?short_code=${short_code}`)).toEqual([id]);
  expect(await idsOf(`/urls?user_id=${owner}&title=T1`)).toHaveLength(2);
  expect(await idsOf('/urls?title=no%20such%20title')).toEqual([]);
});

test.each([
  'page=0',
  'page=-1',
  'page=first',
  'page=1.5',
  'page=',
  'per_page=0',
  'per_page=1001',
  'per_page=x',
  'limit=0',
  'limit=2&per_page=3',
  'page=1&page=2',
  'page=99999999999999999999',
])('a list with %s is refused by name', async (query) => {
  for (const path of ['/users', '/urls', '/events', `/users/${owner}/urls`, `/urls/${ids[0]}/events`]) {
    const { body } = await api.call(`GET ${path}?${query}`);
    expect(body).toMatchObject({ status: 400, details: [{ field: expect.stringMatching(/^(page|per_page|limit)$/) }] });
  }
});

test.each([
  '/urls?is_active=maybe',
  '/urls?is_active=',
  '/urls?user_id=abc',
  '/users?username=%00',
  '/urls?title=%00',
  '/events?event_type=a%00',
])('%s is refused', async (path) => {
  expect((await api.call(`GET ${path}`)).status).toBe(400);
});

test('a write is seen by the read that follows it', async () => {
  for (let i = 0; i < 30; i++) {
    const { id } = await api.url();
    expect((await idsOf('/urls?per_page=1'))[0]).toBe(id);
    await api.row(`PUT /urls/${id}`, 200, json({ title: `v${i}` }));
    expect(await api.row(`GET /urls/${id}`, 200)).toMatchObject({ title: `v${i}` });
  }
});
