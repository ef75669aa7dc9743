import { afterAll, beforeAll, expect, test } from 'bun:test';
import { LINK_SORTS, type Link } from '@waymark/contract/v1/links';
import { startV1, type V1App } from './v1-app.ts';

let v1: V1App;
let links: Link[];
beforeAll(async () => {
  v1 = await startV1();
  links = [];
  for (let i = 0; i < 23; i++) {
    const letter = String.fromCharCode(97 + ((i * 7) % 23));
    links.push(
      await v1.admin.links.create({
        url: `https://example.com/${i}`,
        code: `list-${letter}`,
        title: i % 2 === 0 ? 'Even' : 'odd',
        active: i % 3 !== 0,
        ...(i % 5 === 0 && { expiresAt: '2001-01-01T00:00:00Z' }),
      }),
    );
  }
  const clicked = links.filter((_, i) => i % 3 === 1).slice(0, 4);
  for (const [i, link] of clicked.entries()) {
    for (let n = 0; n <= i; n++) await fetch(link.shortUrl, { redirect: 'manual' });
  }
  const expected = clicked.filter((link) => link.expiresAt === null).length;
  for (;;) {
    const counted = (await v1.admin.links.list({ sort: '-clicks' })).data.filter((link) => link.clicks > 0).length;
    if (counted === expected) break;
    await Bun.sleep(20);
  }
});
afterAll(() => v1[Symbol.asyncDispose]());

async function ids(options: Parameters<V1App['admin']['links']['list']>[0]): Promise<string[]> {
  const found: string[] = [];
  for await (const link of v1.admin.links.iterate(options)) found.push(link.id);
  return found;
}

test.each(LINK_SORTS.map((sort) => [sort]))('pages by %s give every link once and in order', async (sort) => {
  const rows: Link[] = [];
  for await (const link of v1.admin.links.iterate({ sort, limit: 4 })) rows.push(link);
  expect(new Set(rows.map((row) => row.id)).size).toBe(links.length);
  expect(rows).toHaveLength(links.length);
  const field = sort.replace('-', '') as 'code' | 'clicks' | 'createdAt' | 'updatedAt' | 'id';
  const values = rows.map((row) => (field === 'id' ? Number(row.id) : row[field]));
  const ordered = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  expect(values).toEqual(sort.startsWith('-') ? ordered.reverse() : ordered);
});

test('the newest come first, 50 to a page, and the last page has no cursor', async () => {
  const page = await v1.admin.links.list();
  expect(page.data).toHaveLength(23);
  expect(page.nextCursor).toBeNull();
  expect(page.data[0]?.id).toBe(links.at(-1)?.id as string);
  expect((await v1.admin.links.list({ limit: 23 })).nextCursor).toBeNull();
  expect((await v1.admin.links.list({ limit: 22 })).nextCursor).toBeString();
});

test('filters narrow the list, alone and together', async () => {
  const where = (is: (link: Link) => boolean) => links.filter(is).map((link) => link.id);
  const byId = { sort: 'id' as const, limit: 3 };
  expect(await ids({ ...byId, active: false })).toEqual(where((link) => !link.active));
  expect(await ids({ ...byId, expired: true })).toEqual(where((link) => link.expiresAt !== null));
  expect(await ids({ ...byId, expired: false, active: true })).toEqual(
    where((link) => link.expiresAt === null && link.active),
  );
  expect(await ids({ ...byId, q: 'EVEN' })).toEqual(where((link) => link.title === 'Even'));
  expect(await ids({ ...byId, q: '.com/7' })).toEqual(where((link) => link.url.endsWith('/7')));
  expect(await ids({ ...byId, code: 'list-a' })).toEqual(where((link) => link.code === 'list-a'));
  expect(await ids({ ...byId, ownerId: '999' })).toEqual([]);
  expect(await ids({ ...byId, deleted: true })).toEqual([]);
});

test.each([
  ['limit=0', 'limit'],
  ['limit=1001', 'limit'],
  ['limit=1e2', 'limit'],
  ['limit=', 'limit'],
  ['limit=5&limit=6', 'limit'],
  ['cursor=abc', 'cursor'],
  ['cursor=', 'cursor'],
  ['sort=title', 'sort'],
  ['active=1', 'active'],
  ['active=TRUE', 'active'],
  ['ownerId=x', 'ownerId'],
  ['page=2', 'page'],
  ['q=%00', 'q'],
  ['q=%ff', 'q'],
  [`q=${'a'.repeat(201)}`, 'q'],
])('refuses ?%s, naming %s', async (query, field) => {
  const response = await v1.raw(`/v1/links?${query}`);
  expect(response.status).toBe(400);
  expect(((await response.json()) as { errors: { field: string }[] }).errors[0]?.field).toBe(field);
});

test('a cursor works for the order it came from, and for no other', async () => {
  const { nextCursor } = await v1.admin.links.list({ limit: 2, sort: 'code' });
  expect((await v1.raw(`/v1/links?sort=code&cursor=${nextCursor}`)).status).toBe(200);
  expect((await v1.raw(`/v1/links?sort=-code&cursor=${nextCursor}`)).status).toBe(400);
  expect((await v1.raw(`/v1/links?sort=code&cursor=${nextCursor}!`)).status).toBe(400);
});

test('a page is not disturbed by links that are made meanwhile', async () => {
  const first = await v1.admin.links.list({ limit: 5, sort: '-id' });
  const extra = await v1.admin.links.create({ url: 'https://example.com/late' });
  const second = await v1.admin.links.list({ limit: 5, sort: '-id', cursor: first.nextCursor ?? '' });
  expect(Number(second.data[0]?.id)).toBe(Number(first.data.at(-1)?.id) - 1);
  await v1.admin.links.delete(extra.id);
});
