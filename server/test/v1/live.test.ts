import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Link } from '@waymark/contract/v1/links';
import { LIVE_CLOSE, LIVE_LIMITS } from '@waymark/contract/v1/live';
import { startTestApp, TEST_API_KEY } from '../start-app.ts';
import { openLive } from './live-client.ts';
import { startV1, type V1App } from './v1-app.ts';

const KEY = { Authorization: `Bearer ${TEST_API_KEY}` };
const isReady = ({ type }: { type: string }) => type === 'ready';

let v1: V1App;
let link: Link;
let other: Link;
beforeAll(async () => {
  v1 = await startV1();
  link = await v1.admin.links.create({ url: 'https://example.com/live' });
  other = await v1.admin.links.create({ url: 'https://example.com/other' });
});
afterAll(() => v1[Symbol.asyncDispose]());

const live = (path = '/v1/live', headers: Record<string, string> = KEY) => openLive(v1.app.baseUrl, path, headers);

async function visit(code: string, times: number): Promise<void> {
  for (let done = 0; done < times; done += 50) {
    const some = Array.from({ length: Math.min(50, times - done) }, () =>
      fetch(`${v1.app.baseUrl}/${code}`, { redirect: 'manual' }),
    );
    for (const response of await Promise.all(some)) expect(response.status).toBe(302);
  }
}

test('clicks arrive as they are recorded, each once and in order, as events show them', async () => {
  using socket = live();
  await socket.next(isReady);
  await visit(link.code, 7);
  const { ids, skipped } = await socket.clicks(7);
  expect(skipped).toBe(0);
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => Number(a) - Number(b)));
  const { data } = await v1.admin.events.list({ link: link.id, type: 'click', limit: 7 });
  expect(ids).toEqual(data.map(({ id }) => id).reverse());
  const [message] = socket.messages.filter(({ type }) => type === 'clicks');
  expect(message?.type === 'clicks' && message.events[0]).toEqual(data.at(-1));
});

test('whoever comes back with the last event id gets what was missed, once', async () => {
  const first = live();
  await first.next(isReady);
  await visit(link.code, 3);
  const before = await first.clicks(3);
  first[Symbol.dispose]();
  await first.closed;
  await visit(link.code, 5);
  using again = live(`/v1/live?resume=${before.lastEventId}`);
  const missed = await again.clicks(5);
  expect(missed.skipped).toBe(0);
  expect(missed.ids.some((id) => before.ids.includes(id))).toBe(false);
  await visit(link.code, 2);
  const all = await again.clicks(7);
  expect(all.ids.length).toBe(7);
  expect(new Set(all.ids).size).toBe(7);
});

test('more than can be replayed is counted: nothing is lost in silence', async () => {
  using marker = live();
  await marker.next(isReady);
  await visit(link.code, 1);
  const { lastEventId } = await marker.clicks(1);
  const many = LIVE_LIMITS.waitingEvents + 150;
  await visit(link.code, many);
  await marker.clicks(1 + many);
  using late = live();
  await late.next(isReady);
  late.say({ resume: lastEventId });
  const { ids, skipped } = await late.clicks(many);
  expect(ids.length).toBe(LIVE_LIMITS.waitingEvents);
  expect(skipped).toBe(150);
  for (const message of late.messages)
    if (message.type === 'clicks') expect(message.events.length).toBeLessThanOrEqual(LIVE_LIMITS.eventsPerMessage);
});

test('one link alone can be followed, and changed for another', async () => {
  using socket = live(`/v1/live?link=${other.id}`);
  await socket.next(isReady);
  await visit(link.code, 3);
  await visit(other.code, 2);
  await socket.clicks(2);
  socket.say({ link: link.id });
  await socket.next((message) => isReady(message) && socket.messages.filter(isReady).length === 2);
  await visit(link.code, 1);
  await socket.clicks(3);
  const told = socket.messages.flatMap((message) => (message.type === 'clicks' ? message.events : []));
  expect(told.map(({ linkId }) => linkId)).toEqual([other.id, other.id, link.id]);
  socket.say({ link: '999999' });
  await socket.next((message) => message.type === 'error' && message.code === 'not_found');
});

describe('access', () => {
  test('a key may come as the first message', async () => {
    using socket = live('/v1/live', {});
    socket.say({ key: TEST_API_KEY });
    await socket.next(isReady);
  });

  test.each([
    ['a wrong key', { key: 'wm_wrong' }],
    ['a key that no header could carry', { key: 'ü\n' }],
    ['another message first', { resume: '1' }],
  ])('%s closes with 4401', async (_, message) => {
    using socket = live('/v1/live', {});
    socket.say(message);
    expect(await socket.closed).toBe(LIVE_CLOSE.unauthorized);
  });

  test('a message that is not understood closes with 4400', async () => {
    using socket = live();
    await socket.next(isReady);
    socket.say('{"link": [');
    expect(await socket.closed).toBe(LIVE_CLOSE.badMessage);
  });

  test('no key in time closes with 4401', async () => {
    using socket = live('/v1/live', {});
    expect(await socket.closed).toBe(LIVE_CLOSE.unauthorized);
  }, 10_000);

  test('a wrong key by header, another origin, and a plain request are refused as problems', async () => {
    const ask = (headers: Record<string, string>) => v1.raw('/v1/live', { headers });
    const handshake = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    const plain = await ask({});
    expect([plain.status, ((await plain.json()) as { code: string }).code]).toEqual([400, 'invalid_request']);
    expect((await ask({ ...handshake, authorization: 'Bearer wrong' })).status).toBe(401);
    const foreign = await fetch(`${v1.app.baseUrl}/api/v1/live`, {
      headers: { ...handshake, Origin: 'https://evil.example' },
    });
    expect([foreign.status, ((await foreign.json()) as { code: string }).code]).toEqual([403, 'forbidden']);
  });
});

test('a stop says goodbye and does not wait for followers', async () => {
  await using own = await startTestApp();
  using socket = openLive(own.baseUrl, '/v1/live', KEY);
  await socket.next(isReady);
  const exit = own.stop();
  expect(await socket.closed).toBe(LIVE_CLOSE.goingAway);
  expect(await exit).toEqual({ code: 0, signal: null });
}, 15_000);
