import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import { type LiveClicks, LiveFeed, type LiveStatus } from './live-feed.ts';

const { protocol, host } = location;
const feed = new LiveFeed(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/api/v1/live`);

/** How the live feed stands. It is followed only while some component uses useLiveClicks. */
export function useLiveStatus(): LiveStatus {
  return useSyncExternalStore(feed.onStatus, feed.status);
}

/** Calls `take` with each message of clicks, of all links. */
export function useLiveClicks(take: (clicks: LiveClicks) => void): void {
  const onClicks = useEffectEvent(take);
  useEffect(() => feed.onClicks((clicks) => onClicks(clicks)), []);
}
