import { LIVE_LIMITS } from '@waymark/contract/v1/live';
import type { ClicksSince, EventQueries } from '../../../clicks/event.ts';
import type { LiveFeed } from './live-feed.ts';

/** One who follows clicks. */
export interface Follower {
  readonly feed: LiveFeed;
  /** Sends what waits, if it can be sent. Called at most LIVE_LIMITS.messagesPerSecond times a second. */
  flush(): void;
}

export interface HubDeps {
  events: Pick<EventQueries, 'clicksSince'>;
  onCommitted(listener: () => void): () => void;
  /** Told of a read that failed; the next one makes up for it. */
  onError(error: unknown): void;
  /** Runs `beat` again and again; returns how to stop. */
  repeat(beat: () => void, ms: number): () => void;
}

const BEAT_MS = 1000 / LIVE_LIMITS.messagesPerSecond;

/**
 * Hands recorded clicks to all who follow them. One read serves everybody, at most once a beat and only after something was
 * committed; where more was recorded than it brings, those who follow one link share a read of their link.
 * With nobody there it does nothing.
 */
export class LiveHub {
  private readonly followers = new Set<Follower>();
  private lastId: number | null = null;
  private dirty = false;
  private reading = false;
  private rest: (() => void) | null = null;

  constructor(private readonly deps: HubDeps) {}

  get size(): number {
    return this.followers.size;
  }

  /** Takes a follower in; from then on its feed is told of everything. Returns the id up to which clicks are known. */
  async join(follower: Follower): Promise<number> {
    if (this.rest === null) this.start();
    this.followers.add(follower);
    // Asked for anew: the last read may be of long ago, and whoever joins follows from now.
    const { lastId } = await this.deps.events.clicksSince(null, 0, null);
    this.lastId ??= lastId;
    return lastId;
  }

  leave(follower: Follower): void {
    this.followers.delete(follower);
    if (this.followers.size > 0) return;
    this.rest?.();
    this.rest = null;
    this.lastId = null;
  }

  private start(): void {
    this.dirty = true;
    const forget = this.deps.onCommitted(() => {
      this.dirty = true;
    });
    const stop = this.deps.repeat(() => void this.beat(), BEAT_MS);
    this.rest = () => {
      forget();
      stop();
    };
  }

  private async beat(): Promise<void> {
    if (this.dirty && !this.reading && this.lastId !== null) {
      this.reading = true;
      this.dirty = false;
      try {
        await this.read(this.lastId);
      } catch (error) {
        this.dirty = true;
        this.deps.onError(error);
      } finally {
        this.reading = false;
      }
    }
    for (const follower of this.followers) follower.flush();
  }

  private async read(since: number): Promise<void> {
    const { events } = this.deps;
    // Whoever joins from here on starts at a later id than this read ends at.
    const present = [...this.followers];
    const all = await events.clicksSince(since, LIVE_LIMITS.eventsPerMessage, null);
    const ofLink = new Map<number, ClicksSince>();
    if (all.skipped > 0) {
      const links = new Set(present.map(({ feed }) => feed.linkId).filter((id) => id !== null));
      for (const id of links) ofLink.set(id, await events.clicksSince(since, LIVE_LIMITS.eventsPerMessage, id));
    }
    if (this.lastId === null) return; // All have left meanwhile.
    this.lastId = all.lastId;
    for (const { feed } of present) {
      feed.push(feed.linkId === null ? all : (ofLink.get(feed.linkId) ?? { ...all, skipped: 0 }));
    }
  }
}
