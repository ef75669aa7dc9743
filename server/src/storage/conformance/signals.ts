import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { until } from '../../commands/cluster/until.ts';
import type { Signal, Signals } from '../../platform/signals.ts';

/** A way of signals that only one test uses. */
export interface SignalsHarness {
  /** A process that listens and speaks, once it can do both. */
  open(): Promise<Signals>;
  /** Says something on the way that no program of ours said. */
  sayNonsense(text: string): Promise<void>;
  /** Ends the connections of all that were opened, and waits until they have found out. */
  breakConnections(): Promise<void>;
  /** Waits until all that were opened can speak and listen again. */
  mended(): Promise<void>;
  close(): Promise<void>;
}

const EDGE = 'ab'.repeat(16);

/** What all ways of signals do. */
export function signalsConformance(name: string, make: () => Promise<SignalsHarness>): void {
  describe(`${name}: signals`, () => {
    let harness: SignalsHarness;
    beforeEach(async () => {
      harness = await make();
    });
    afterEach(() => harness.close());

    /** Everything of these kinds that a process hears. */
    const hear = (signals: Signals, ...kinds: Signal['kind'][]) => {
      const heard: Signal[] = [];
      for (const kind of kinds) signals.on(kind, (signal) => heard.push(signal));
      return heard;
    };
    const arrived = (heard: Signal[], count: number) => until(() => heard.length >= count, { what: 'a signal' });

    test('all who listen hear all of it, the one who speaks too', async () => {
      const [a, b, c] = [await harness.open(), await harness.open(), await harness.open()];
      const said: Signal[] = [
        { kind: 'applied', edgeId: EDGE, epoch: 'p', seq: 2 ** 50 },
        { kind: 'settle_asked', ask: '1' },
        { kind: 'settle_answered', ask: '1', edgeId: EDGE, acceptedSeq: 3 },
        { kind: 'clicks_committed', edgeIds: [EDGE, 'ü'] },
      ];
      const heard = [a, b, c].map((signals) =>
        hear(signals, 'applied', 'settle_asked', 'settle_answered', 'clicks_committed'),
      );
      for (const signal of said) a.send(signal);
      for (const one of heard) {
        await arrived(one, said.length);
        expect(new Set(one)).toEqual(new Set(said));
      }
    });

    test('one hears only what it listens to, and only as long as it does', async () => {
      const signals = await harness.open();
      const heard: string[] = [];
      const stop = signals.on('settle_asked', ({ ask }) => heard.push(`first ${ask}`));
      signals.on('settle_asked', ({ ask }) => heard.push(`second ${ask}`));
      signals.send({ kind: 'clicks_committed', edgeIds: [EDGE] });
      signals.send({ kind: 'settle_asked', ask: '1' });
      await until(() => heard.length === 2, { what: 'a signal' });
      stop();
      signals.send({ kind: 'settle_asked', ask: '2' });
      await until(() => heard.length === 3, { what: 'a signal' });
      expect(heard).toEqual(['first 1', 'second 1', 'second 2']);
    });

    test('a listener that throws keeps nobody from hearing', async () => {
      const signals = await harness.open();
      signals.on('settle_asked', () => {
        throw new Error('not my day');
      });
      const heard = hear(signals, 'settle_asked');
      signals.send({ kind: 'settle_asked', ask: '1' });
      await arrived(heard, 1);
    });

    test('a signal of any size arrives', async () => {
      const [a, b] = [await harness.open(), await harness.open()];
      const edgeIds = Array.from({ length: 5000 }, (_, n) => n.toString(16).padStart(32, '0'));
      const heard = new Set<string>();
      b.on('clicks_committed', (signal) => {
        for (const id of signal.edgeIds) heard.add(id);
      });
      a.send({ kind: 'clicks_committed', edgeIds });
      await until(() => heard.size === edgeIds.length, { what: 'all of it' });
    });

    test('nonsense is passed over', async () => {
      const signals = await harness.open();
      const heard = hear(signals, 'settle_asked');
      await harness.sayNonsense('{"kind":"settle_asked"}');
      await harness.sayNonsense('hello');
      signals.send({ kind: 'settle_asked', ask: '1' });
      await arrived(heard, 1);
      expect(heard).toEqual([{ kind: 'settle_asked', ask: '1' }]);
    });

    test('after a break all hear again, and are told that they may have missed something', async () => {
      const [a, b] = [await harness.open(), await harness.open()];
      const missed = hear(b, 'links_changed', 'keys_changed');
      await harness.breakConnections();
      a.send({ kind: 'settle_asked', ask: 'lost' });
      await harness.mended();
      await arrived(missed, 2);
      expect(new Set(missed.map(({ kind }) => kind))).toEqual(new Set(['links_changed', 'keys_changed']));
      const heard = hear(b, 'settle_asked');
      a.send({ kind: 'settle_asked', ask: '1' });
      await until(() => heard.some((signal) => signal.kind === 'settle_asked' && signal.ask === '1'), {
        what: 'a signal',
      });
    });

    test('whoever has closed may speak, and is heard by nobody', async () => {
      const [a, b] = [await harness.open(), await harness.open()];
      const heard = hear(b, 'settle_asked');
      await a.close();
      a.send({ kind: 'settle_asked', ask: 'closed' });
      b.send({ kind: 'settle_asked', ask: '1' });
      await arrived(heard, 1);
      expect(heard).toEqual([{ kind: 'settle_asked', ask: '1' }]);
    });
  });
}
