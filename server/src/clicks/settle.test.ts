import { beforeEach, describe, expect, test } from 'bun:test';
import { ManualTime, turns, watch } from '../../test/manual-time.ts';
import { AppError } from '../platform/app-error.ts';
import { SignalListeners } from '../platform/signal-listeners.ts';
import type { Reach, Signal, Signals } from '../platform/signals.ts';
import type { CommittedSeqs } from './confirmations.ts';
import type { KnownEdge } from './edge-registry.ts';
import { EdgesInTouch } from './edges-in-touch.ts';
import { Settle } from './settle.ts';

let time: ManualTime;
let listeners: SignalListeners;
let said: { signal: Signal; reach: Reach }[];
let signals: Signals;
let registry: KnownEdge[];
let registryReads: number;
let isAway: boolean;
let committed: Map<string, CommittedSeqs>;
let looks: number;
let settle: Settle;

const edge = (edgeId: string, given: Partial<KnownEdge> = {}): KnownEdge => ({
  ...{ edgeId, name: edgeId, version: '1', startedAt: 0, seenAt: 0, inTouch: true, stopped: false },
  ...{ acceptedSeq: 0, dropped: 0, outboxBytes: 0, appliedEpoch: 'p', appliedSeq: 0 },
  ...given,
});
const commit = (edgeId: string, watermark: number, ranges: [number, number][] = []) => {
  committed.set(edgeId, { edgeId, watermark, ranges });
};
const tell = (signal: Signal) => listeners.tell(signal);
const asks = () => said.flatMap(({ signal, reach }) => (signal.kind === 'settle_asked' ? [{ ...signal, reach }] : []));
const answer = (edgeId: string, acceptedSeq: number, ask = asks().at(-1)?.ask ?? '') =>
  tell({ kind: 'settle_answered', ask, edgeId, acceptedSeq });

function edgesInTouch(): EdgesInTouch {
  return new EdgesInTouch(
    {
      async list() {
        registryReads++;
        if (isAway) throw new AppError('unavailable', 'away');
        return registry;
      },
    },
    () => time.now,
  );
}

beforeEach(() => {
  time = new ManualTime();
  listeners = new SignalListeners(() => {});
  said = [];
  registry = [edge('a'), edge('b')];
  registryReads = 0;
  isAway = false;
  committed = new Map();
  looks = 0;
  signals = {
    send: (signal, reach = 'quick') => said.push({ signal, reach }),
    on: (kind, listener) => listeners.on(kind, listener),
    close: async () => {},
  };
  settle = new Settle({
    signals,
    edges: edgesInTouch(),
    confirmations: {
      async committed(edgeIds) {
        looks++;
        if (isAway) throw new AppError('unavailable', 'away');
        return edgeIds.map((edgeId) => committed.get(edgeId) ?? { edgeId, watermark: 0, ranges: [] });
      },
    },
    after: time.after,
    name: 'api',
  });
});

describe('settle', () => {
  test('asks all edges in touch, and waits until the database has what they said', async () => {
    registry.push(edge('gone', { inTouch: false }));
    const settled = watch(settle.settle(2000));
    await turns();
    answer('a', 10);
    await turns();
    expect([settled.value, looks]).toEqual(['waiting', 0]);
    answer('b', 20);
    await turns();
    commit('a', 10);
    commit('b', 15, [[16, 20]]);
    tell({ kind: 'clicks_committed', edgeIds: ['b'] });
    await turns();
    expect(settled.value).toBe(true);
    expect(time.running).toBe(0);
  });

  test('with nothing accepted, or nothing in touch, is at once', async () => {
    const settled = watch(settle.settle(2000));
    await turns();
    answer('a', 0);
    answer('b', 0);
    await turns();
    expect([settled.value, looks]).toEqual([true, 0]);
    registry = [];
    await time.pass(2000);
    const nobody = watch(settle.settle(2000));
    await turns();
    expect(nobody.value).toBe(true);
    expect(asks().length).toBe(1);
  });

  test('a call that comes while edges are asked waits for the next question', async () => {
    const first = watch(settle.settle(2000));
    await turns();
    const later = [watch(settle.settle(2000)), watch(settle.settle(2000))];
    await turns();
    expect(asks().length).toBe(1);
    commit('a', 5);
    commit('b', 5);
    answer('a', 5);
    answer('b', 5);
    await turns();
    expect([first.value, ...later.map(({ value }) => value)]).toEqual([true, 'waiting', 'waiting']);
    expect(asks().length).toBe(2);
    // The click that came between the two questions is in the answer to the second alone.
    answer('a', 6);
    answer('b', 5);
    await turns();
    expect(later.map(({ value }) => value)).toEqual(['waiting', 'waiting']);
    commit('a', 6);
    tell({ kind: 'clicks_committed', edgeIds: ['a'] });
    await turns();
    expect(later.map(({ value }) => value)).toEqual([true, true]);
    expect(asks().length).toBe(2);
  });

  test('an answer to an earlier question counts for nothing', async () => {
    const first = watch(settle.settle(100));
    await turns();
    const old = asks()[0]?.ask ?? '';
    answer('a', 0);
    answer('b', 0);
    await turns();
    expect(first.value).toBe(true);
    const second = watch(settle.settle(2000));
    await turns();
    answer('a', 0, old);
    answer('b', 0, old);
    await turns();
    expect(second.value).toBe('waiting');
    expect(asks()[1]?.ask).not.toBe(old);
  });

  test('without a signal the database is looked at again and again', async () => {
    const settled = watch(settle.settle(2000));
    await turns();
    answer('a', 1);
    answer('b', 0);
    await time.pass(500);
    expect(settled.value).toBe('waiting');
    expect(looks).toBeGreaterThan(3);
    commit('a', 1);
    await time.pass(150);
    expect(settled.value).toBe(true);
  });

  test('what the database was once seen to have is not asked for again', async () => {
    commit('a', 100);
    for (let call = 0; call < 3; call++) {
      const settled = watch(settle.settle(2000));
      await turns();
      answer('a', 100);
      answer('b', 0);
      await turns();
      expect(settled.value).toBe(true);
    }
    expect(looks).toBe(1);
  });

  test('an edge that is silent is asked every way', async () => {
    const settled = watch(settle.settle(2000));
    await time.pass(140);
    expect(asks().map(({ reach }) => reach)).toEqual(['quick']);
    await time.pass(20);
    expect(asks().map(({ reach, urgent }) => [reach, urgent])).toEqual([
      ['quick', undefined],
      ['every', true],
    ]);
    answer('a', 0);
    answer('b', 0);
    await turns();
    expect(settled.value).toBe(true);
  });

  test('an edge that stays silent and in touch is waited for in vain', async () => {
    const settled = watch(settle.settle(1000));
    await turns();
    answer('a', 0);
    await time.pass(999);
    expect(settled.value).toBe('waiting');
    await time.pass(1);
    expect(settled.value).toBe(false);
  });

  test('an edge that falls out of touch meanwhile is waited for no longer', async () => {
    const settled = watch(settle.settle(2000));
    await turns();
    answer('a', 0);
    registry = [edge('a'), edge('b', { inTouch: false })];
    await time.pass(1100);
    expect(settled.value).toBe(true);
  });

  test('an edge that the registry does not know yet counts if it answers', async () => {
    const settled = watch(settle.settle(500));
    await turns();
    answer('new', 3);
    answer('a', 0);
    answer('b', 0);
    await turns();
    expect(settled.value).toBe('waiting');
    commit('new', 3);
    await time.pass(150);
    expect(settled.value).toBe(true);
  });

  test('with the database away it says so at once, and works again when it is back', async () => {
    isAway = true;
    const settled = watch(settle.settle(2000));
    await turns();
    expect(settled.value).toBe(false);
    isAway = false;
    const again = watch(settle.settle(2000));
    await turns();
    answer('a', 0);
    answer('b', 0);
    await turns();
    expect(again.value).toBe(true);
  });

  test('the registry is read once a second for all who ask', async () => {
    for (let call = 0; call < 5; call++) {
      const settled = watch(settle.settle(2000));
      await turns();
      answer('a', 0);
      answer('b', 0);
      await turns();
      expect(settled.value).toBe(true);
    }
    expect(registryReads).toBe(1);
  });

  test('closed, it lets everybody go', async () => {
    const settled = watch(settle.settle(2000));
    await turns();
    answer('a', 1);
    answer('b', 1);
    await turns();
    settle.close();
    await turns();
    expect(settled.value).toBe(false);
  });
});
