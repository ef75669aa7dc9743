import type { EdgesInTouch } from '../clicks/edges-in-touch.ts';
import { repeat } from '../clicks/repeat.ts';
import { Rounds } from '../clicks/rounds.ts';
import type { After } from '../platform/clock.ts';
import type { Signals } from '../platform/signals.ts';
import type { ChangeFeed, FeedCursor } from './change-feed.ts';

/** How often the registry is looked at while edges have not said that they are there. */
const POLL_MS = 200;
const TIMEOUT_MS = 1000;

export interface AppliedDeps {
  signals: Pick<Signals, 'on'>;
  edges: EdgesInTouch;
  feed: Pick<ChangeFeed, 'head'>;
  after: After;
}

/**
 * Waits until replicas have a change, so that the next redirect anywhere sees it. Callers of one moment share the question
 * where the feed ends.
 */
export class Applied {
  /** Up to where each edge's replica is, as it last said. */
  private readonly reached = new Map<string, FeedCursor>();
  private readonly heads = new Rounds(() => this.deps.feed.head());
  private readonly looks = new Set<() => void>();
  private readonly forget: () => void;

  constructor(private readonly deps: AppliedDeps) {
    this.forget = deps.signals.on('applied', ({ edgeId, epoch, seq }) => {
      this.note(edgeId, { epoch, seq });
      for (const look of this.looks) look();
    });
  }

  /**
   * Call after the commit of a change: waits until every edge in touch has applied all that the feed holds by now, at most
   * `timeoutMs`. Returns whether they have. Never rejects.
   */
  async everywhere(timeoutMs = TIMEOUT_MS): Promise<boolean> {
    const over = Promise.withResolvers<boolean>();
    const callOff = this.deps.after(timeoutMs, () => over.resolve(false));
    try {
      const head = await Promise.race([this.heads.next(), over.promise]);
      if (typeof head === 'boolean') return false;
      return await this.all(head, over);
    } catch {
      return false; // The database is away: nobody can tell.
    } finally {
      callOff();
    }
  }

  private async all(head: FeedCursor, over: PromiseWithResolvers<boolean>): Promise<boolean> {
    const { edges, after } = this.deps;
    let waitingFor = (await edges.inTouch()).map(({ edgeId }) => edgeId);
    const look = () => {
      if (waitingFor.every((edgeId) => this.has(edgeId, head))) over.resolve(true);
    };
    this.looks.add(look);
    look();
    const stop = repeat(after, POLL_MS, async () => {
      const inTouch = await edges.inTouch(POLL_MS / 2);
      for (const { edgeId, appliedEpoch, appliedSeq } of inTouch)
        this.note(edgeId, { epoch: appliedEpoch, seq: appliedSeq });
      // One that is out of touch by now is waited for no longer.
      waitingFor = waitingFor.filter((edgeId) => inTouch.some((edge) => edge.edgeId === edgeId));
      look();
    });
    try {
      return await over.promise;
    } finally {
      stop();
      this.looks.delete(look);
    }
  }

  close(): void {
    this.forget();
  }

  private has(edgeId: string, head: FeedCursor): boolean {
    const cursor = this.reached.get(edgeId);
    return cursor !== undefined && cursor.epoch === head.epoch && cursor.seq >= head.seq;
  }

  /** What is heard late never takes anything back. */
  private note(edgeId: string, cursor: FeedCursor): void {
    const before = this.reached.get(edgeId);
    if (before?.epoch !== cursor.epoch || before.seq < cursor.seq) this.reached.set(edgeId, cursor);
  }
}
