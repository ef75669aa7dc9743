import { beforeEach, expect, test } from 'bun:test';
import { ManualTime, turns } from '../../test/manual-time.ts';
import { AppError } from '../platform/app-error.ts';
import { SignalListeners } from '../platform/signal-listeners.ts';
import { EdgeFigures } from './edge-figures.ts';
import type { KnownEdge } from './edge-registry.ts';
import { EdgesInTouch } from './edges-in-touch.ts';
import type { EdgeProgress } from './ingest.ts';
import { invariant, unaccounted } from './invariant.ts';

let time: ManualTime;
let listeners: SignalListeners;
let registry: KnownEdge[];
let progress: EdgeProgress[];
let isAway: boolean;
let figures: EdgeFigures;

const edge = (edgeId: string, acceptedSeq: number, inTouch = true): KnownEdge => ({
  ...{ edgeId, acceptedSeq, inTouch, name: edgeId, version: '1', startedAt: 0, seenAt: 0, stopped: false },
  ...{ dropped: 0, outboxBytes: 0, appliedEpoch: 'p', appliedSeq: 0 },
});
const counted = (edgeId: string, watermark: number, given: Partial<EdgeProgress> = {}): EdgeProgress => ({
  ...{ edgeId, watermark, committed: watermark, discarded: 0, dead: 0 },
  ...given,
});
const commit = () => listeners.tell({ kind: 'clicks_committed', edgeIds: ['a'] });

beforeEach(() => {
  time = new ManualTime();
  listeners = new SignalListeners(() => {});
  registry = [];
  progress = [];
  isAway = false;
  figures = new EdgeFigures({
    edges: new EdgesInTouch({ list: async () => registry }, () => time.now),
    async progress() {
      if (isAway) throw new AppError('unavailable', 'away');
      return progress;
    },
    signals: { on: (kind, listener) => listeners.on(kind, listener) },
    now: () => time.now,
    after: time.after,
  });
});

test('the sums over all edges close: in touch, behind, out of order, and gone', async () => {
  registry = [edge('a', 100), edge('b', 50), edge('away', 30, false)];
  progress = [
    counted('a', 80, { committed: 70, discarded: 6, dead: 4 }),
    counted('b', 20, { committed: 40 }),
    counted('gone', 9, { committed: 8, dead: 1 }),
  ];
  await figures.look();
  const sums = invariant(figures.all);
  expect(sums).toEqual({ accepted: 189, committed: 118, discarded: 6, dead: 5, inFlight: 60 });
  expect(unaccounted(sums)).toBe(0);
});

test('clicks that the database passed over are told', async () => {
  registry = [edge('a', 10)];
  progress = [counted('a', 10, { committed: 7 })];
  await figures.look();
  expect(unaccounted(invariant(figures.all))).toBe(3);
});

test('it looks by itself, and keeps what it knows while the database is away', async () => {
  registry = [edge('a', 5)];
  await time.pass(500);
  expect(invariant(figures.all).accepted).toBe(5);
  isAway = true;
  registry = [edge('a', 9)];
  await time.pass(500);
  expect([invariant(figures.all).accepted, figures.lastError]).toEqual([5, 'away']);
  isAway = false;
  await time.pass(500);
  expect([invariant(figures.all).accepted, figures.lastError]).toEqual([9, null]);
});

test('the lag is the age of the oldest click that is not committed, of edges in touch', async () => {
  registry = [edge('a', 10), edge('b', 0), edge('away', 99, false)];
  await time.pass(400);
  expect(figures.lagSeconds()).toBe(0);
  registry = [edge('a', 20), edge('b', 0)];
  await time.pass(3000);
  expect(figures.lagSeconds()).toBeGreaterThanOrEqual(3);
  progress = [counted('a', 10)];
  await time.pass(400);
  expect(figures.lagSeconds()).toBeLessThan(3.4);
  expect(figures.lagSeconds()).toBeGreaterThanOrEqual(2.6);
  progress = [counted('a', 20)];
  await time.pass(400);
  expect(figures.lagSeconds()).toBe(0);
});

test('a long outage is remembered in little room, from its beginning', async () => {
  registry = [edge('a', 1)];
  await time.pass(400);
  for (let n = 2; n < 2000; n++) {
    registry = [edge('a', n)];
    await time.pass(400);
  }
  expect(figures.lagSeconds()).toBeGreaterThan(790);
});

test('listeners are told at once of a commit, then at most four times a second, and never too little', async () => {
  let told = 0;
  figures.onCommitted(() => told++);
  commit();
  expect(told).toBe(1);
  for (let n = 0; n < 10; n++) commit();
  expect(told).toBe(1);
  await time.pass(250);
  expect(told).toBe(2);
  await time.pass(5000);
  expect(told).toBe(2);
  commit();
  expect(told).toBe(3);
});

test('a commit whose signal was lost is told after the next look', async () => {
  let told = 0;
  const stop = figures.onCommitted(() => told++);
  progress = [counted('a', 5)];
  await time.pass(500);
  expect(told).toBe(1);
  stop();
  progress = [counted('a', 6)];
  await time.pass(500);
  expect(told).toBe(1);
});

test('closed, it does nothing more', async () => {
  let told = 0;
  figures.onCommitted(() => told++);
  figures.close();
  commit();
  await time.pass(1000);
  await turns();
  expect([told, time.running]).toEqual([0, 0]);
});
