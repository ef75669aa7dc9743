import { beforeEach, expect, test } from 'bun:test';
import { LIVE_LIMITS } from '@waymark/contract/v1/live';
import type { ActivityEvent, ClicksSince } from '../../../clicks/event.ts';
import { LiveFeed } from './live-feed.ts';
import { type Follower, LiveHub } from './live-hub.ts';

/** Clicks by id; odd ids are of link 1, even ones of link 2. */
let newest = 0;
let reads: (number | null)[] = [];
let beat: () => void = () => {};
let commit: () => void = () => {};
let running = false;

function event(id: number): ActivityEvent {
  return { id, linkId: id % 2 === 1 ? 1 : 2, userId: null, type: 'click', at: 0, details: {} };
}

async function clicksSince(afterId: number | null, limit: number, linkId: number | null): Promise<ClicksSince> {
  if (limit > 0) reads.push(linkId);
  if (afterId === null) return { events: [], skipped: 0, lastId: newest };
  const ids = Array.from({ length: newest - afterId }, (_, n) => afterId + n + 1);
  const all = ids.map(event).filter((one) => linkId === null || one.linkId === linkId);
  const events = all.slice(-limit);
  return { events, skipped: all.length - events.length, lastId: newest };
}

let hub: LiveHub;
beforeEach(() => {
  newest = 10;
  reads = [];
  hub = new LiveHub({
    events: { clicksSince },
    onCommitted(listener) {
      commit = listener;
      return () => {
        commit = () => {};
      };
    },
    onError(error) {
      throw error;
    },
    repeat(each) {
      beat = each;
      running = true;
      return () => {
        running = false;
      };
    },
  });
});

class TestFollower implements Follower {
  readonly feed = new LiveFeed();
  readonly told: ClicksSince[] = [];
  blocked = false;

  flush(): void {
    const next = this.blocked ? null : this.feed.take();
    if (next) this.told.push(next);
  }

  get ids(): number[] {
    return this.told.flatMap(({ events }) => events.map(({ id }) => id));
  }
}

async function follow(linkId: number | null = null, resume: number | null = null): Promise<TestFollower> {
  const follower = new TestFollower();
  await follower.feed.begin(linkId, async () => {
    const lastId = await hub.join(follower);
    if (resume === null) return { events: [], skipped: 0, lastId };
    return clicksSince(resume, LIVE_LIMITS.waitingEvents, linkId);
  });
  return follower;
}

/** One beat, with all that it asks for. */
async function pass(): Promise<void> {
  beat();
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  beat();
}

async function record(count: number): Promise<void> {
  newest += count;
  commit();
  await pass();
}

test('one read serves all followers, and none is made before something was committed', async () => {
  const [a, b, c] = [await follow(), await follow(), await follow(1)];
  await pass();
  reads = [];
  await pass();
  expect(reads).toEqual([]);
  await record(4);
  expect(reads).toEqual([null]);
  expect([a?.ids, b?.ids, c?.ids]).toEqual([
    [11, 12, 13, 14],
    [11, 12, 13, 14],
    [11, 13],
  ]);
});

test('more than one message holds is counted, and followers of one link share a read of it', async () => {
  const [a, b, c] = [await follow(), await follow(2), await follow(2)];
  await pass();
  reads = [];
  await record(1000);
  expect(reads).toEqual([null, 2]);
  expect([a.ids.length, a.told[0]?.skipped]).toEqual([200, 800]);
  expect([b.ids.length, b.told[0]?.skipped]).toEqual([200, 300]);
  expect(c.told).toEqual(b.told);
  expect(a.ids.at(-1)).toBe(1010);
});

test('a follower that comes back gets what it missed in messages of bounded size, then the new', async () => {
  newest = 500;
  const late = await follow(null, 50);
  await pass();
  await record(1);
  await pass();
  await pass();
  expect(late.told.map(({ events }) => events.length)).toEqual([200, 200, 51]);
  expect(late.ids).toEqual(Array.from({ length: 451 }, (_, n) => n + 51));
  expect(late.told.map(({ lastId }) => lastId)).toEqual([250, 450, 501]);
});

test('what a slow follower does not take waits up to a limit, then the oldest is counted', async () => {
  const slow = await follow();
  slow.blocked = true;
  for (let n = 0; n < 8; n++) await record(150);
  slow.blocked = false;
  for (let n = 0; n < 8; n++) beat();
  expect(slow.told[0]?.skipped).toBe(200);
  expect(slow.ids.length).toBe(LIVE_LIMITS.waitingEvents);
  expect(slow.ids.at(-1)).toBe(newest);
});

test('what is recorded while the past is read comes after it, once', async () => {
  const follower = new TestFollower();
  const past = Promise.withResolvers<ClicksSince>();
  const begun = follower.feed.begin(null, () => past.promise);
  follower.feed.push({ events: [event(11), event(12)], skipped: 0, lastId: 12 });
  follower.feed.push({ events: [event(13)], skipped: 0, lastId: 13 });
  follower.flush();
  expect(follower.told).toEqual([]);
  past.resolve({ events: [event(10), event(11)], skipped: 5, lastId: 11 });
  await begun;
  follower.flush();
  expect(follower.told).toEqual([{ events: [event(10), event(11), event(12), event(13)], skipped: 5, lastId: 13 }]);
});

test('with nobody there nothing runs, and whoever comes next starts at now', async () => {
  const first = await follow();
  expect(running).toBe(true);
  hub.leave(first);
  expect(running).toBe(false);
  newest = 99;
  const second = await follow();
  await record(1);
  expect(second.ids).toEqual([100]);
});
