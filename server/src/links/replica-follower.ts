import { AppError } from '../platform/app-error.ts';
import { type Clock, DAY_MS } from '../platform/clock.ts';
import type { ChangeFeed, FeedCursor, FeedLink } from './change-feed.ts';
import type { ChangedCode, ReplicaStore } from './replica-store.ts';

/** Longest time between two pulls while the database is there. */
export const PULL_MS = 500;
/** Between pulls that fail. */
const BACKOFF_MS = { first: 100, most: 1000 };
/** Changes, and links of a snapshot, that are written together: look-ups wait meanwhile, some 5 ms. */
const CHANGES_MAX = 1000;
const PAGE_LINKS = 1000;
/** Without an answer of the database for this long the replica is out of touch. */
const OUT_OF_TOUCH_MS = 3000;
/** Salts are kept for days that ended at most this many days ago. */
const SALT_DAYS = 2;

/** How far a replica is. Units: ms. */
export interface FollowerStatus {
  state: 'starting' | 'snapshot' | 'following' | 'away';
  /** Null before the first whole snapshot. */
  cursor: FeedCursor | null;
  /** Upper bound of the age of the oldest change that is not applied; 0 while there is none; null until it was once at the feed's end. */
  lagMs: number | null;
  inTouch: boolean;
  /** Why the last pull failed; null when it went well. */
  lastError: string | null;
  snapshotsTaken: number;
}

export interface FollowerDeps {
  feed: ChangeFeed;
  store: ReplicaStore;
  now: Clock;
  /** These codes lead elsewhere, and the replica on disk has it: what memory holds of them is stale. */
  forget(codes: readonly ChangedCode[]): void;
  /** The replica on disk is at this cursor. */
  applied(cursor: FeedCursor): void;
  /** All salts known here, after each change. */
  saltsChanged(salts: readonly { day: number; salt: string }[]): void;
}

/**
 * Keeps a replica at the head of the change feed.
 *
 *   starting ──► snapshot    no cursor, or one that the feed no longer reaches: all links in pages, from a head taken before
 *       └──► following ◄─┘   pages of changes, each applied in one transaction with its cursor
 *   any ──► away             the database did not answer: what is on disk serves on, pulls go on with back-off
 *   away ──► where it was    a snapshot that was interrupted goes on at its last page
 *
 * One pull runs at a time. Look-ups run beside it; a change that is applied while one is on its way is newer than its answer.
 */
export class ReplicaFollower {
  private state: FollowerStatus['state'] = 'starting';
  private lastError: string | null = null;
  private answeredAt = Number.NEGATIVE_INFINITY;
  /** A moment as of which everything was applied. */
  private completeAt: number | null = null;
  private behind = true;
  private snapshotsTaken = 0;
  private stopped = false;
  private readonly lookingUp = new Map<string, { answer: Promise<FeedLink | null>; overtaken: boolean }>();

  constructor(private readonly deps: FollowerDeps) {}

  status(): FollowerStatus {
    const { now, store } = this.deps;
    const inTouch = now() - this.answeredAt <= OUT_OF_TOUCH_MS;
    const since = this.completeAt ?? null;
    return {
      state: this.state,
      cursor: store.cursor,
      lagMs: since === null ? null : inTouch && !this.behind ? 0 : Math.max(0, now() - since),
      inTouch,
      lastError: this.lastError,
      snapshotsTaken: this.snapshotsTaken,
    };
  }

  /** Applies all that the feed has now, by way of a snapshot where it takes one. Errors: `unavailable`; those of the store. */
  async pull(): Promise<void> {
    try {
      await this.keepSalts();
      const { cursor, snapshot } = this.deps.store;
      if (snapshot || !cursor) await this.takeSnapshot();
      await this.follow();
      this.lastError = null;
    } catch (error) {
      if (error instanceof AppError && error.code === 'unavailable') this.state = 'away';
      this.behind = true;
      this.lastError = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }

  /**
   * A link that the replica does not know, as the database has it now; kept in the replica where there is one.
   * Shape: one question on its way for each code. Errors: `unavailable`.
   */
  lookup(domainId: number, code: string): Promise<FeedLink | null> {
    const key = keyOf(domainId, code);
    const under = this.lookingUp.get(key);
    if (under) return under.answer;
    const entry = { answer: Promise.resolve<FeedLink | null>(null), overtaken: false };
    entry.answer = this.ask(domainId, code, entry).finally(() => this.lookingUp.delete(key));
    this.lookingUp.set(key, entry);
    return entry.answer;
  }

  /** Ends a snapshot after the page under way. */
  stop(): void {
    this.stopped = true;
  }

  private async follow(): Promise<void> {
    const { feed, store, now } = this.deps;
    while (!this.stopped) {
      const { cursor } = store;
      if (!cursor) return;
      const askedAt = now();
      const page = await feed.since(cursor, CHANGES_MAX);
      this.answeredAt = now();
      if (page === null) {
        await this.takeSnapshot();
        continue;
      }
      this.state = 'following';
      if (page.changes.length > 0) {
        this.write(page.changes, () => store.apply(page.changes, page.seq));
        this.deps.applied({ ...cursor, seq: page.seq });
      }
      this.behind = page.more;
      if (page.more) continue;
      this.completeAt = askedAt;
      return;
    }
  }

  private async takeSnapshot(): Promise<void> {
    const { feed, store, now } = this.deps;
    this.behind = true;
    const head = await feed.head();
    this.state = 'snapshot';
    const started = store.snapshot;
    const isGoodStill =
      started &&
      started.cursor.epoch === head.epoch &&
      started.cursor.seq >= head.floor &&
      started.cursor.seq <= head.seq;
    if (!isGoodStill) store.beginSnapshot({ epoch: head.epoch, seq: head.seq });
    let next: Promise<FeedLink[]> | null = feed.page(store.snapshot?.afterId ?? 0, PAGE_LINKS);
    while (next) {
      const links: FeedLink[] = await next;
      this.answeredAt = now();
      if (this.stopped) return;
      const lastId = links.at(-1)?.id ?? 0;
      // The database reads on while this page is written.
      next = links.length === PAGE_LINKS ? feed.page(lastId, PAGE_LINKS) : null;
      next?.catch(() => {}); // Told by the await above, or nobody waits for it any more.
      if (links.length > 0) this.write(links, () => store.addPage(links, lastId));
    }
    this.deps.forget(store.endSnapshot());
    this.snapshotsTaken++;
    if (store.cursor) this.deps.applied(store.cursor);
  }

  /** Writes, and then tells who must look again. */
  private write(touched: readonly { domainId: number; code: string }[], work: () => readonly ChangedCode[]): void {
    const changed = work();
    if (this.lookingUp.size > 0) {
      for (const { domainId, code } of touched) {
        const entry = this.lookingUp.get(keyOf(domainId, code));
        if (entry) entry.overtaken = true;
      }
    }
    if (changed.length > 0) this.deps.forget(changed);
  }

  private async ask(domainId: number, code: string, entry: { overtaken: boolean }): Promise<FeedLink | null> {
    const { feed, store } = this.deps;
    // Failing fast: while the database is away every code would wait for its own timeout.
    if (this.state === 'away') throw new AppError('unavailable', 'The database is not available just now');
    const found = await feed.find(domainId, code);
    if (entry.overtaken) return store.find(domainId, code);
    if (found === null) return null;
    try {
      return store.keep(found);
    } catch {
      return found; // The disk is full or damaged, which the next pull tells of. The visitor need not wait for that.
    }
  }

  private async keepSalts(): Promise<void> {
    const { feed, store, now } = this.deps;
    const today = Math.floor(now() / DAY_MS);
    const known = store.salts();
    const lacks = [today, today + 1].some((day) => !known.some((salt) => salt.day === day));
    const firstDay = today - SALT_DAYS;
    if (!lacks && !known.some(({ day }) => day < firstDay)) return;
    const fresh = lacks ? await feed.salts([today, today + 1]) : [];
    store.addSalts(fresh, firstDay);
    this.deps.saltsChanged(store.salts());
  }
}

/** Runs a follower: pulls at a nudge, every PULL_MS at the latest, and after failures with back-off. */
export class FollowerLoop {
  private wake: (() => void) | null = null;
  private nudged = false;
  private stopping = false;
  private running: Promise<void> | null = null;
  private backoffMs = 0;

  /** `onError` learns of every failed pull; what it throws ends the loop. */
  constructor(
    private readonly follower: Pick<ReplicaFollower, 'pull' | 'stop'>,
    private readonly onError: (error: unknown) => void,
    private readonly pullMs = PULL_MS,
  ) {}

  /** Settles when the loop has stopped. Errors: rejects with what `onError` threw. */
  start(): Promise<void> {
    this.running ??= this.run();
    return this.running;
  }

  /** The feed has grown: pull at once, or once more after the pull under way. */
  nudge(): void {
    this.nudged = true;
    if (this.backoffMs === 0) this.wake?.();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.follower.stop();
    this.wake?.();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.nudged = false;
      try {
        await this.follower.pull();
        this.backoffMs = 0;
      } catch (error) {
        this.onError(error);
        this.backoffMs = Math.min(Math.max(this.backoffMs * 2, BACKOFF_MS.first), BACKOFF_MS.most);
      }
      if (this.stopping || (this.nudged && this.backoffMs === 0)) continue;
      await new Promise<void>((resume) => {
        const timer = setTimeout(resume, this.backoffMs || this.pullMs);
        this.wake = () => {
          clearTimeout(timer);
          resume();
        };
      });
      this.wake = null;
    }
  }
}

function keyOf(domainId: number, code: string): string {
  return `${domainId}/${code}`;
}
