import type { After } from '../platform/clock.ts';
import type { Signals } from '../platform/signals.ts';
import { type CommittedSeqs, type Confirmations, coversSeqs } from './confirmations.ts';
import type { EdgesInTouch } from './edges-in-touch.ts';
import { repeat } from './repeat.ts';
import { Rounds } from './rounds.ts';

/** An edge that has not answered the quick way by then is asked every way. */
const URGENT_MS = 150;
/** After this a round goes on without the edges that are out of touch by then. */
const RECHECK_MS = 500;
/** No round asks for longer; nobody waits for so long either. */
const ROUND_MS = 2500;
/** How often the database is asked what it has while somebody waits and no signal comes. */
const POLL_MS = 100;

/** Up to which seq each edge's clicks are to be in the database. */
type Target = Map<string, number>;

export interface SettleDeps {
  signals: Pick<Signals, 'send' | 'on'>;
  edges: EdgesInTouch;
  confirmations: Confirmations;
  after: After;
  /** Unlike that of any other process: what this one asks is told from what others ask. */
  name: string;
}

interface Waiter {
  target: Target;
  settle(isSettled: boolean): void;
}

/**
 * Waits until what all edges had accepted is in the database: asks every edge in touch how far it is, then waits until the
 * database has that. Callers of one moment share questions; a call that comes while edges are being asked is served by the
 * next question, as its clicks may be later than the answers of this one.
 */
export class Settle {
  private readonly rounds = new Rounds(() => this.ask());
  private asked = 0;
  /** What the database is known to have: it never loses it, so what was read once holds. */
  private readonly known = new Map<string, CommittedSeqs>();
  private readonly waiters = new Set<Waiter>();
  private checking = false;
  private checkAgain = false;
  private callOffPoll = () => {};
  private readonly forget: () => void;

  constructor(private readonly deps: SettleDeps) {
    this.forget = deps.signals.on('clicks_committed', ({ edgeIds }) => {
      const concerns = ({ target }: Waiter) => edgeIds.some((id) => target.has(id));
      if ([...this.waiters].some(concerns)) void this.check();
    });
  }

  /** Whether clicks that edges in touch accepted before this call are in the database, within `timeoutMs`. Never rejects. */
  async settle(timeoutMs: number): Promise<boolean> {
    const over = Promise.withResolvers<false>();
    const callOff = this.deps.after(timeoutMs, () => over.resolve(false));
    const waiting = this.rounds.next().then((target) => (target === null ? false : this.covered(target, over.promise)));
    try {
      return await Promise.race([waiting, over.promise]);
    } catch {
      return false; // Who is in touch can't be known: the database is away.
    } finally {
      callOff();
    }
  }

  close(): void {
    this.forget();
    this.callOffPoll();
    for (const { settle } of this.waiters) settle(false);
    this.waiters.clear();
  }

  /** Asks all edges in touch. Null where one of them does not answer. Errors: `unavailable`. */
  private async ask(): Promise<Target | null> {
    const ask = `${this.deps.name}-${++this.asked}`;
    const { signals, after } = this.deps;
    const target: Target = new Map();
    let missing = new Set((await this.deps.edges.inTouch()).map(({ edgeId }) => edgeId));
    if (missing.size === 0) return target;
    const done = Promise.withResolvers<boolean>();
    const stopHearing = signals.on('settle_answered', (answer) => {
      if (answer.ask !== ask) return;
      target.set(answer.edgeId, Math.max(target.get(answer.edgeId) ?? 0, answer.acceptedSeq));
      missing.delete(answer.edgeId);
      if (missing.size === 0) done.resolve(true);
    });
    // An edge that has died meanwhile answers nobody, and is out of touch before long.
    const stopRechecks = repeat(after, RECHECK_MS, async () => {
      const inTouch = new Set((await this.deps.edges.inTouch(RECHECK_MS)).map(({ edgeId }) => edgeId));
      missing = missing.intersection(inTouch);
      if (missing.size === 0) done.resolve(true);
    });
    const callOffs = [
      after(URGENT_MS, () => signals.send({ kind: 'settle_asked', ask, urgent: true }, 'every')),
      after(ROUND_MS, () => done.resolve(false)),
    ];
    signals.send({ kind: 'settle_asked', ask });
    const isAnswered = await done.promise;
    for (const callOff of callOffs) callOff();
    stopRechecks();
    stopHearing();
    return isAnswered ? target : null;
  }

  /** Resolves when the database has all of it; at `over` it is no longer waited for. */
  private covered(target: Target, over: Promise<false>): Promise<boolean> {
    if (this.isCovered(target)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        target,
        settle: (isSettled) => {
          this.waiters.delete(waiter);
          resolve(isSettled);
        },
      };
      this.waiters.add(waiter);
      void over.then(() => waiter.settle(false));
      void this.check();
    });
  }

  private isCovered(target: Target): boolean {
    return [...target].every(([edgeId, seq]) => {
      const known = this.known.get(edgeId);
      return seq === 0 || (known !== undefined && coversSeqs(known, 1, seq));
    });
  }

  /** Looks at what the database has, for all who wait; one look at a time. */
  private async check(): Promise<void> {
    if (this.checking) {
      this.checkAgain = true;
      return;
    }
    this.checking = true;
    this.callOffPoll();
    do {
      this.checkAgain = false;
      await this.look();
    } while (this.checkAgain);
    this.checking = false;
    if (this.waiters.size > 0) this.callOffPoll = this.deps.after(POLL_MS, () => void this.check());
  }

  private async look(): Promise<void> {
    const edgeIds = [...new Set([...this.waiters].flatMap(({ target }) => [...target.keys()]))];
    if (edgeIds.length === 0) return;
    try {
      for (const seqs of await this.deps.confirmations.committed(edgeIds)) this.known.set(seqs.edgeId, seqs);
    } catch {
      return; // The next look may find it.
    }
    for (const waiter of this.waiters) if (this.isCovered(waiter.target)) waiter.settle(true);
  }
}
