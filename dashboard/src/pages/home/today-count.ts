import type { LiveClicks } from '../../live/live-feed.ts';

/** Clicks that came live and may not be in the last total yet. Units: `at` in epoch ms. */
export interface PendingClicks {
  at: number;
  human: number;
  all: number;
}

/** What a message adds to a total that knows clicks up to `asOf`; null where it adds nothing. Units: epoch ms. */
export function pendingOf({ events, skipped }: LiveClicks, asOf: number): PendingClicks | null {
  const later = events.filter(({ at }) => Date.parse(at) > asOf);
  const last = later.at(-1);
  if (last === undefined) return null;
  return {
    at: Date.parse(last.at),
    human: later.filter(({ details }) => details.quality === 'human').length,
    all: later.length + skipped,
  };
}

/** Those that a total up to `asOf` does not hold. Units: epoch ms. */
export function stillPending(pending: readonly PendingClicks[], asOf: number): PendingClicks[] {
  return pending.filter(({ at }) => at > asOf);
}

export function sumOf(pending: readonly PendingClicks[]): { human: number; all: number } {
  return pending.reduce((sum, { human, all }) => ({ human: sum.human + human, all: sum.all + all }), {
    human: 0,
    all: 0,
  });
}
