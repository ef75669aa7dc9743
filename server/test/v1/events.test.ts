import { afterAll, beforeAll, expect, test } from 'bun:test';
import { failure, startV1, type V1App } from './v1-app.ts';

let v1: V1App;
beforeAll(async () => {
  v1 = await startV1();
});
afterAll(() => v1[Symbol.asyncDispose]());

async function clickedLink(clicks: number) {
  const link = await v1.admin.links.create({ url: 'https://example.com/e' });
  for (let i = 0; i < clicks; i++) await fetch(link.shortUrl, { redirect: 'manual' });
  while ((await v1.admin.links.get(link.id)).clicks < clicks) await Bun.sleep(20);
  return link;
}

test('tells what happened to a link, newest first, page by page', async () => {
  const link = await clickedLink(3);
  await v1.admin.links.update(link.id, { title: 'new' });
  const types: string[] = [];
  for await (const event of v1.admin.events.iterate({ link: link.id, limit: 2 })) {
    expect(event.linkId).toBe(link.id);
    types.push(event.type);
  }
  expect(types).toEqual(['updated', 'click', 'click', 'click', 'created']);
  const clicks = await v1.admin.events.list({ link: link.id, type: 'click' });
  expect(clicks.data).toHaveLength(3);
  expect(clicks.data[0]?.details).toMatchObject({ short_code: link.code, original_url: link.url });
  expect(new Date(clicks.data[0]?.at ?? '').toISOString()).toBe(clicks.data[0]?.at as string);
});

test('gets one, and 404 for none', async () => {
  const link = await clickedLink(0);
  const [event] = (await v1.admin.events.list({ link: link.id })).data;
  expect(await v1.admin.events.get(event?.id ?? '')).toEqual(event as NonNullable<typeof event>);
  expect(await failure(v1.admin.events.get('999999999'))).toMatchObject({
    code: 'not_found',
    message: 'Event not found',
  });
});

test('a deleted click leaves the counts too', async () => {
  const link = await clickedLink(2);
  const [click] = (await v1.admin.events.list({ link: link.id, type: 'click' })).data;
  await v1.admin.events.delete(click?.id ?? '');
  expect((await v1.admin.links.get(link.id)).clicks).toBe(1);
  expect((await failure(v1.admin.events.delete(click?.id ?? ''))).code).toBe('not_found');
});

test('filters by what is not there find nothing', async () => {
  for (const filter of [{ link: '99999999' }, { user: '99999999' }, { type: 'never' }]) {
    expect(await v1.admin.events.list(filter)).toEqual({ data: [], nextCursor: null });
  }
});

test.each(['link=x', 'link=0', 'user=1.5', 'type=%00', 'cursor=WzBd', 'cursor=x', 'limit=-1', 'from=2020'])(
  'refuses ?%s',
  async (query) => {
    const response = await v1.raw(`/v1/events?${query}`);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { errors: { field: string }[] }).errors[0]?.field).toBe(
      query.split('=')[0] as string,
    );
  },
);
