import { beforeEach, expect, test } from 'bun:test';
import { ManualTime, turns, watch } from '../../test/manual-time.ts';
import type { KnownEdge } from '../clicks/edge-registry.ts';
import { EdgesInTouch } from '../clicks/edges-in-touch.ts';
import { AppError } from '../platform/app-error.ts';
import { SignalListeners } from '../platform/signal-listeners.ts';
import { Applied } from './applied.ts';

const edge = (edgeId: string, given: Partial<KnownEdge> = {}): KnownEdge => ({
  ...{ edgeId, name: edgeId, version: '1', startedAt: 0, seenAt: 0, inTouch: true, stopped: false },
  ...{ acceptedSeq: 0, dropped: 0, outboxBytes: 0, appliedEpoch: 'p', appliedSeq: 0 },
  ...given,
});

let time: ManualTime;
let listeners: SignalListeners;
let registry: KnownEdge[];
let isAway: boolean;
let head: number;
let heads: number;
let applied: Applied;
beforeEach(() => {
  time = new ManualTime();
  listeners = new SignalListeners(() => {});
  registry = [edge('a'), edge('b')];
  isAway = false;
  head = 7;
  heads = 0;
  applied = new Applied({
    signals: { on: (kind, listener) => listeners.on(kind, listener) },
    edges: new EdgesInTouch({ list: async () => registry }, () => time.now),
    feed: {
      async head() {
        heads++;
        if (isAway) throw new AppError('unavailable', 'away');
        return { epoch: 'p', seq: head, floor: 0 };
      },
    },
    after: time.after,
  });
});
const says = (edgeId: string, seq: number, epoch = 'p') => listeners.tell({ kind: 'applied', edgeId, epoch, seq });

test('a change is everywhere when every edge in touch says that it has it', async () => {
  registry.push(edge('gone', { inTouch: false }));
  const everywhere = watch(applied.everywhere());
  await turns();
  says('a', 7);
  says('b', 6);
  await turns();
  expect(everywhere.value).toBe('waiting');
  says('b', 8);
  await turns();
  expect(everywhere.value).toBe(true);
  expect(time.running).toBe(0);
});

test('a change is everywhere at once where edges were there before', async () => {
  says('a', 9);
  says('b', 9);
  const everywhere = watch(applied.everywhere());
  await turns();
  expect(everywhere.value).toBe(true);
});

test('a change is found by the registry where signals are lost', async () => {
  const everywhere = watch(applied.everywhere());
  await turns();
  registry = [edge('a', { appliedSeq: 7 }), edge('b', { appliedSeq: 7 })];
  await time.pass(250);
  expect(everywhere.value).toBe(true);
});

test('a change is waited for a second at most', async () => {
  const everywhere = watch(applied.everywhere());
  says('a', 7);
  await time.pass(999);
  expect(everywhere.value).toBe('waiting');
  await time.pass(1);
  expect(everywhere.value).toBe(false);
  await time.pass(1000);
  expect(time.running).toBe(0);
});

test('a change is not where a replica follows another epoch', async () => {
  says('a', 7);
  says('b', 100, 'before the restore');
  const everywhere = watch(applied.everywhere());
  await time.pass(300);
  expect(everywhere.value).toBe('waiting');
  says('b', 7);
  await turns();
  expect(everywhere.value).toBe(true);
});

test('an edge that is out of touch is waited for no longer', async () => {
  says('a', 7);
  const everywhere = watch(applied.everywhere());
  await turns();
  registry = [edge('a', { appliedSeq: 7 }), edge('b', { inTouch: false })];
  await time.pass(250);
  expect(everywhere.value).toBe(true);
});

test('many at once cost one question, and one that comes later another', async () => {
  says('a', 7);
  says('b', 7);
  const together = [applied.everywhere(), applied.everywhere(), applied.everywhere()];
  expect(await Promise.all(together)).toEqual([true, true, true]);
  expect(heads).toBe(1);
  head = 8;
  const later = watch(applied.everywhere());
  await turns();
  expect(later.value).toBe('waiting');
  expect(heads).toBe(2);
});

test('with the database away the answer comes at once', async () => {
  isAway = true;
  expect(await applied.everywhere()).toBe(false);
  expect(time.running).toBe(0);
});
