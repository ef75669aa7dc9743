import type { LiveSocket, LiveSurroundings } from './live-feed.ts';

/** The browser around the live feed. */
export const pageSurroundings: LiveSurroundings = {
  open: (url) => new WebSocket(url) satisfies object as LiveSocket,
  isVisible: () => document.visibilityState !== 'hidden',
  onVisibility: (listener) => {
    document.addEventListener('visibilitychange', listener);
    return () => document.removeEventListener('visibilitychange', listener);
  },
  onOnline: (listener) => {
    window.addEventListener('online', listener);
    return () => window.removeEventListener('online', listener);
  },
  after: (ms, act) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};
