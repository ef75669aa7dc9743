import { useQuery } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import { api } from '../api/client.ts';
import { type LiveClicks, LiveFeed, type LiveStatus } from './live-feed.ts';
import { pageSurroundings } from './page-surroundings.ts';
import { RecentClicks, type RecentClicksState } from './recent-clicks.ts';

const { protocol, host } = location;
const feed = new LiveFeed(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/api/v1/live`, pageSurroundings);
const recent = new RecentClicks(feed, pageSurroundings.after, Date.now);
/** One page of the log: what an hour holds on most days. Source: LIMITS.pageSizeMax. */
const FILL_CLICKS = 1000;
const HOUR_MS = 3_600_000;

/** How the live feed stands. It is followed only while some component uses useLiveClicks or useRecentClicks. */
export function useLiveStatus(): LiveStatus {
  return useSyncExternalStore(feed.onStatus, feed.status);
}

/** Calls `take` with each message of clicks, of all links. */
export function useLiveClicks(take: (clicks: LiveClicks) => void): void {
  const onClicks = useEffectEvent(take);
  useEffect(() => feed.onClicks((clicks) => onClicks(clicks)), []);
}

/** The latest clicks of all links: from the log at first, then as they come. `error`: the log could not be read. */
export function useRecentClicks(): RecentClicksState & { error: unknown; isPending: boolean; refetch(): void } {
  const state = useSyncExternalStore(recent.onChange, recent.get);
  const { error, isPending, refetch } = useQuery({
    queryKey: ['events', 'recent-clicks'],
    queryFn: async ({ signal }) => {
      const { data, nextCursor } = await api.events.list({ type: 'click', limit: FILL_CLICKS, signal });
      const oldest = data.at(-1);
      recent.fill(data, nextCursor === null || (oldest !== undefined && Date.parse(oldest.at) < Date.now() - HOUR_MS));
      return data.length;
    },
    refetchOnWindowFocus: false,
  });
  return { ...state, error, isPending, refetch: () => void refetch() };
}
