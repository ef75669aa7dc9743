import { expect, test } from 'bun:test';
import type { Event } from '@waymark/contract/v1/events';
import { type LiveClicks, LiveFeed, type LiveSocket, type LiveStatus } from './live-feed.ts';

class FakeSocket implements LiveSocket {
  onmessage: LiveSocket['onmessage'] = null;
  onclose: LiveSocket['onclose'] = null;
  closed = false;
  constructor(readonly url: string) {}
  close(): void {
    this.closed = true;
  }
  say(message: object | string): void {
    this.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) });
  }
  break(code = 1006): void {
    this.onclose?.({ code });
  }
}

/** A page whose clock, network and visibility the test moves. */
function fakePage() {
  const sockets: FakeSocket[] = [];
  const visibility = new Set<() => void>();
  const online = new Set<() => void>();
  const timers = new Set<{ at: number; act: () => void }>();
  let now = 0;
  let visible = true;
  const add = <T>(set: Set<T>, item: T) => {
    set.add(item);
    return () => void set.delete(item);
  };
  const feed = new LiveFeed('ws://host/api/v1/live', {
    open: (url) => {
      const socket = new FakeSocket(url);
      sockets.push(socket);
      return socket;
    },
    isVisible: () => visible,
    onVisibility: (listener) => add(visibility, listener),
    onOnline: (listener) => add(online, listener),
    after: (ms, act) => add(timers, { at: now + ms, act }),
    random: () => 0.5,
  });
  const got: LiveClicks[] = [];
  const statuses: LiveStatus[] = [];
  feed.onStatus(() => statuses.push(feed.status()));
  return {
    feed,
    got,
    statuses,
    sockets,
    socket: () => {
      const last = sockets.at(-1);
      if (last === undefined) throw new Error('no socket was opened');
      return last;
    },
    listen: () => feed.onClicks((clicks) => got.push(clicks)),
    show(shown: boolean) {
      visible = shown;
      for (const listener of visibility) listener();
    },
    goOnline() {
      for (const listener of online) listener();
    },
    watchers: () => visibility.size + online.size,
    pass(ms: number) {
      const end = now + ms;
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers.delete(next);
        now = next.at;
        next.act();
      }
      now = end;
    },
  };
}

const click = (id: string): Event => ({
  id,
  linkId: '1',
  userId: null,
  type: 'click',
  at: '2026-03-20T08:00:00.000Z',
  details: {},
});
const clicks = (...ids: string[]) => ({
  type: 'clicks',
  events: ids.map(click),
  skipped: 0,
  lastEventId: ids.at(-1) ?? '0',
});

test('clicks reach the listener once the feed is live', () => {
  const page = fakePage();
  page.listen();
  expect(page.socket().url).toBe('ws://host/api/v1/live');
  page.socket().say({ type: 'ready', lastEventId: '10' });
  page.socket().say({ ...clicks('11', '12'), skipped: 3 });
  expect(page.statuses).toEqual(['live']);
  expect(page.got).toEqual([{ events: [click('11'), click('12')], skipped: 3 }]);
});

test('after a break it goes on behind the last event that came', () => {
  const page = fakePage();
  page.listen();
  page.socket().say({ type: 'ready', lastEventId: '10' });
  page.socket().say(clicks('11', '12'));
  page.socket().break();
  expect(page.feed.status()).toBe('reconnecting');
  page.pass(500);
  expect(page.socket().url).toBe('ws://host/api/v1/live?resume=12');
  page.socket().say({ type: 'ready', lastEventId: '12' });
  expect(page.feed.status()).toBe('live');
});

test('a break before the first click goes on behind the event that ready named', () => {
  const page = fakePage();
  page.listen();
  page.socket().say({ type: 'ready', lastEventId: '10' });
  page.socket().break();
  page.pass(500);
  expect(page.socket().url).toEndWith('?resume=10');
});

test('waits twice as long after each failure, up to a limit, and little again once it was live', () => {
  const page = fakePage();
  page.listen();
  for (const wait of [500, 1000, 2000, 4000, 8000, 15_000, 15_000]) {
    const { length } = page.sockets;
    page.socket().break();
    page.pass(wait - 1);
    expect(page.sockets.length).toBe(length);
    page.pass(1);
    expect(page.sockets.length).toBe(length + 1);
  }
  page.socket().say({ type: 'ready', lastEventId: '10' });
  page.socket().break();
  page.pass(500);
  expect(page.socket().closed).toBe(false);
});

test('asks for nothing while the page is hidden, and goes on when it is shown', () => {
  const page = fakePage();
  page.listen();
  page.socket().say({ type: 'ready', lastEventId: '10' });
  const first = page.socket();
  page.show(false);
  expect(first.closed).toBe(true);
  expect(page.feed.status()).toBe('paused');
  page.pass(600_000);
  page.goOnline();
  expect(page.sockets.length).toBe(1);
  page.show(true);
  expect(page.socket().url).toEndWith('?resume=10');
});

test('a page that is shown again although it never was hidden keeps its connection', () => {
  const page = fakePage();
  page.listen();
  page.show(true);
  expect(page.sockets.length).toBe(1);
});

test('a connection that says nothing for a minute is taken for dead; heartbeats keep it', () => {
  const page = fakePage();
  page.listen();
  page.socket().say({ type: 'ready', lastEventId: '10' });
  for (let i = 0; i < 10; i++) {
    page.pass(25_000);
    page.socket().say({ type: 'heartbeat', at: '', asOf: '' });
  }
  expect(page.sockets.length).toBe(1);
  page.pass(60_000);
  expect(page.sockets.length).toBe(2);
  expect(page.sockets[0]?.closed).toBe(true);
  expect(page.feed.status()).toBe('reconnecting');
});

test('the network being back ends the wait', () => {
  const page = fakePage();
  page.listen();
  page.socket().break();
  page.goOnline();
  expect(page.sockets.length).toBe(2);
  page.pass(30_000);
  expect(page.sockets.length).toBe(2);
});

test('a refused session is not tried again by itself', () => {
  const page = fakePage();
  page.listen();
  page.socket().break(4401);
  page.pass(600_000);
  expect(page.feed.status()).toBe('refused');
  expect(page.sockets.length).toBe(1);
});

test('where the server does not understand what to go on from, it begins anew', () => {
  const page = fakePage();
  page.listen();
  page.socket().say({ type: 'ready', lastEventId: 'odd' });
  page.socket().break(4400);
  page.pass(500);
  expect(page.socket().url).toBe('ws://host/api/v1/live');
});

test('what is no message, and what comes from a connection that was left, is passed over', () => {
  const page = fakePage();
  page.listen();
  const first = page.socket();
  first.say('<html>');
  first.say('null');
  page.goOnline();
  first.say(clicks('11'));
  first.break();
  expect(page.got).toEqual([]);
  expect(page.sockets.length).toBe(2);
});

test('with the last listener the connection goes, and the next one begins anew', () => {
  const page = fakePage();
  const stop = page.listen();
  const stopOther = page.listen();
  page.socket().say({ type: 'ready', lastEventId: '10' });
  stop();
  stop();
  expect(page.socket().closed).toBe(false);
  stopOther();
  expect(page.socket().closed).toBe(true);
  expect(page.watchers()).toBe(0);
  expect(page.feed.status()).toBe('connecting');
  page.pass(600_000);
  expect(page.sockets.length).toBe(1);
  page.listen();
  expect(page.socket().url).toBe('ws://host/api/v1/live');
});
