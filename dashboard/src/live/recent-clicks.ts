import type { Event } from '@waymark/contract/v1/events';
import type { LiveClicks, LiveFeed, LiveSurroundings } from './live-feed.ts';

/** What is known of the latest clicks. A new object after each change. */
export interface RecentClicksState {
  /** Newest first, at most CLICKS_MAX, none twice. */
  events: readonly Event[];
  /** Clicks that came too fast to be shown. */
  skipped: number;
  /** Clicks by minute since the epoch, over the last hour and a little more. */
  perMinute: ReadonlyMap<number, number>;
  /** From this minute on `perMinute` is whole; null before anything is known. */
  knownSince: number | null;
}

export const CLICKS_MAX = 200;
const MINUTE_MS = 60_000;
const MINUTES_MAX = 61;
/** Following goes on for this long without a listener: the next page may have one. */
const LINGER_MS = 5000;

const NOTHING: RecentClicksState = { events: [], skipped: 0, perMinute: new Map(), knownSince: null };

/** The latest clicks of all links, for whichever pages show them. Bounded: the oldest give way. */
export class RecentClicks {
  private state = NOTHING;
  private readonly listeners = new Set<() => void>();
  /** Minutes of the clicks that were counted, by id. */
  private readonly counted = new Map<string, number>();
  private heardAt = 0;
  private stopFollowing: (() => void) | null = null;
  private stopLinger: (() => void) | null = null;

  constructor(
    private readonly feed: Pick<LiveFeed, 'onClicks'>,
    private readonly after: LiveSurroundings['after'],
    private readonly now: () => number,
  ) {}

  /** Bound, for useSyncExternalStore. */
  readonly get = (): RecentClicksState => this.state;

  /** Follows the feed for as long as there are listeners, and a little longer. */
  readonly onChange = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    this.stopLinger?.();
    this.stopLinger = null;
    this.stopFollowing ??= this.feed.onClicks((clicks) => this.add(clicks));
    return () => {
      if (!this.listeners.delete(listener) || this.listeners.size > 0) return;
      this.stopLinger = this.after(LINGER_MS, () => {
        this.stopFollowing?.();
        this.stopFollowing = null;
      });
    };
  };

  /** Takes in what the activity log had, newest first. `isAll`: it had no older clicks within the last hour. */
  fill(events: readonly Event[], isAll: boolean): void {
    const oldest = events.at(-1);
    const newestKnown = this.state.events[0];
    const { knownSince } = this.state;
    // The minute of the oldest one may hold more than was read.
    const since = isAll || oldest === undefined ? this.firstMinute() : minuteOf(oldest.at) + 1;
    const joins = knownSince !== null && oldest && newestKnown && Number(oldest.id) <= Number(newestKnown.id);
    this.take(events, 0, joins ? Math.min(since, knownSince) : since);
  }

  private add({ events, skipped }: LiveClicks): void {
    const first = events[0] ? minuteOf(events[0].at) : minuteOf(this.now());
    // After a break nobody can say in which minutes they were.
    const wasAway = skipped > 0 && this.now() - this.heardAt > MINUTE_MS;
    this.heardAt = this.now();
    this.take(events, skipped, wasAway ? first + 1 : this.state.knownSince, first);
  }

  private take(events: readonly Event[], skipped: number, knownSince: number | null, skippedIn = 0): void {
    const first = this.firstMinute();
    const perMinute = new Map([...this.state.perMinute].filter(([minute]) => minute >= first));
    for (const [id, minute] of this.counted) if (minute < first) this.counted.delete(id);
    for (const { id, at } of events) {
      const minute = minuteOf(at);
      if (minute < first || this.counted.has(id)) continue;
      this.counted.set(id, minute);
      perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1);
    }
    if (skipped > 0) perMinute.set(skippedIn, (perMinute.get(skippedIn) ?? 0) + skipped);
    this.state = {
      events: newestFirst(events, this.state.events),
      skipped: this.state.skipped + skipped,
      perMinute,
      knownSince,
    };
    for (const listener of this.listeners) listener();
  }

  private firstMinute(): number {
    return minuteOf(this.now()) - MINUTES_MAX + 1;
  }
}

/** Units: minutes since the epoch. */
export function minuteOf(at: number | string): number {
  return Math.floor(new Date(at).getTime() / MINUTE_MS);
}

/** Both without doubles, highest id first, cut at CLICKS_MAX. */
function newestFirst(some: readonly Event[], others: readonly Event[]): Event[] {
  const byId = new Map([...others, ...some].map((event) => [event.id, event]));
  return [...byId.values()].sort((a, b) => Number(b.id) - Number(a.id)).slice(0, CLICKS_MAX);
}
