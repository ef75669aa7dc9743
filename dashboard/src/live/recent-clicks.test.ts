import { expect, test } from 'bun:test';
import type { Event } from '@waymark/contract/v1/events';
import type { LiveClicks } from './live-feed.ts';
import { CLICKS_MAX, minuteOf, RecentClicks } from './recent-clicks.ts';

const START = Date.parse('2026-03-20T08:30:30.000Z');
const click = (id: number, at = START): Event => ({
  id: String(id),
  linkId: '1',
  userId: null,
  type: 'click',
  at: new Date(at).toISOString(),
  details: {},
});

/** A store over a feed and a clock that the test moves. */
function fakeStore() {
  let now = START;
  let take: ((clicks: LiveClicks) => void) | null = null;
  let linger: (() => void) | null = null;
  const recent = new RecentClicks(
    {
      onClicks: (listener) => {
        take = listener;
        return () => {
          take = null;
        };
      },
    },
    (_, act) => {
      linger = act;
      return () => {
        linger = null;
      };
    },
    () => now,
  );
  return {
    recent,
    listen: () => recent.onChange(() => {}),
    come: (events: Event[], skipped = 0) => take?.({ events, skipped }),
    isFollowing: () => take !== null,
    endLinger: () => linger?.(),
    pass: (ms: number) => {
      now += ms;
    },
    ids: () => recent.get().events.map(({ id }) => Number(id)),
  };
}

test('keeps the newest, none twice, whether they came live or from the log', () => {
  const { recent, listen, come, ids } = fakeStore();
  listen();
  come([click(5), click(6)]);
  recent.fill([click(6), click(4), click(3)], true);
  come([click(6), click(7)]);
  expect(ids()).toEqual([7, 6, 5, 4, 3]);
  expect(recent.get().perMinute.get(minuteOf(START))).toBe(5);
});

test('several listeners take each click in once, skipped ones too', () => {
  const { recent, listen, come } = fakeStore();
  listen();
  listen();
  come([click(1)], 4);
  expect(recent.get().skipped).toBe(4);
});

test('the oldest give way at the limit, and stay counted in their minute', () => {
  const { recent, listen, come, ids } = fakeStore();
  listen();
  come(Array.from({ length: CLICKS_MAX + 50 }, (_, i) => click(i + 1)));
  expect(ids().length).toBe(CLICKS_MAX);
  expect(ids()[0]).toBe(CLICKS_MAX + 50);
  expect(recent.get().perMinute.get(minuteOf(START))).toBe(CLICKS_MAX + 50);
});

test('skipped clicks of a busy minute are counted in it', () => {
  const { recent, listen, come } = fakeStore();
  listen();
  recent.fill([], true);
  come([click(1)]);
  come([click(900)], 12);
  expect(recent.get().perMinute.get(minuteOf(START))).toBe(14);
  expect(recent.get().knownSince).toBe(minuteOf(START) - 60);
});

test('clicks that were skipped in a break belong to no known minute', () => {
  const { recent, listen, come, pass } = fakeStore();
  listen();
  recent.fill([], true);
  come([click(1)]);
  pass(600_000);
  come([click(9000, START + 600_000)], 8000);
  expect(recent.get().knownSince).toBe(minuteOf(START) + 11);
});

test('minutes older than an hour are forgotten', () => {
  const { recent, listen, come, pass } = fakeStore();
  listen();
  come([click(1)]);
  pass(3_700_000);
  come([click(2, START + 3_700_000)]);
  expect([...recent.get().perMinute.keys()]).toEqual([minuteOf(START + 3_700_000)]);
});

test('knows from which minute on its counts are whole', () => {
  const { recent } = fakeStore();
  expect(recent.get().knownSince).toBeNull();
  recent.fill([click(9), click(8, START - 600_000)], false);
  expect(recent.get().knownSince).toBe(minuteOf(START) - 9);
  recent.fill([click(20), click(19, START - 60_000)], false);
  expect(recent.get().knownSince).toBe(minuteOf(START));
  recent.fill([click(20), click(2, START - 3_000_000)], true);
  expect(recent.get().knownSince).toBe(minuteOf(START) - 60);
});

test('follows the feed a little longer than its last listener, so that the next page misses nothing', () => {
  const { listen, come, ids, isFollowing, endLinger } = fakeStore();
  const stop = listen();
  stop();
  come([click(1)]);
  const stopAgain = listen();
  endLinger();
  expect(isFollowing()).toBe(true);
  expect(ids()).toEqual([1]);
  stopAgain();
  endLinger();
  expect(isFollowing()).toBe(false);
});
