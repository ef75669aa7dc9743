import { expect, test } from 'bun:test';
import { Hono } from 'hono';
import { Query } from '../../../http/query.ts';
import type { RowCount } from '../../../links/store.ts';
import type { ApiEnv } from '../env.ts';
import { listResponse, readPage } from './paging.ts';

const BASE = 'https://short.example';
const page = (search: string) => readPage(new Query(`http://test/urls${search}`));

async function headersOf(
  search: string,
  total: RowCount,
): Promise<{ total: string | null; links: Record<string, string> }> {
  const app = new Hono<ApiEnv>().get('/urls', (c) => listResponse(c, BASE, page(search), total, []));
  const { headers } = await app.request(`/urls${search}`);
  const links = [...(headers.get('link') ?? '').matchAll(/<([^>]+)>; rel="(\w+)"/g)];
  return {
    total: headers.get('x-total-count'),
    links: Object.fromEntries(links.map(([, url, relation]) => [relation, url])),
  };
}

test.each([
  ['', { limit: 5000, offset: 0, number: null }],
  ['?per_page=10', { limit: 10, offset: 0, number: 1 }],
  ['?page=3', { limit: 50, offset: 100, number: 3 }],
  ['?page=3&limit=7', { limit: 7, offset: 14, number: 3 }],
  ['?page=2&per_page=1000', { limit: 1000, offset: 1000, number: 2 }],
  ['?per_page=5&limit=5', { limit: 5, offset: 0, number: 1 }],
])('%p asks for %p', (search, asked) => {
  expect(page(search)).toEqual(asked);
});

test('other parameters stay in the links, under the address that the world knows', async () => {
  const { links } = await headersOf('?user_id=7&page=2&limit=10', { value: 35, exact: true });
  expect(links).toEqual({
    first: `${BASE}/urls?user_id=7&page=1&per_page=10`,
    prev: `${BASE}/urls?user_id=7&page=1&per_page=10`,
    next: `${BASE}/urls?user_id=7&page=3&per_page=10`,
    last: `${BASE}/urls?user_id=7&page=4&per_page=10`,
  });
});

test('a total that was not counted to its end names no last page', async () => {
  const { total, links } = await headersOf('?page=5&per_page=10', { value: 100_000, exact: false });
  expect(total).toBe('100000+');
  expect(Object.keys(links)).toEqual(['first', 'prev', 'next']);
});

test('a list without paging goes on where its first 5,000 rows end', async () => {
  const { links } = await headersOf('', { value: 12_345, exact: true });
  expect(links.next).toBe(`${BASE}/urls?page=6&per_page=1000`);
  expect(links.last).toBe(`${BASE}/urls?page=13&per_page=1000`);
  expect((await headersOf('', { value: 5000, exact: true })).links.next).toBeUndefined();
});
