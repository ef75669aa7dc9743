import type { Event } from '@waymark/contract/v1/events';
import type { LiveMessage } from '@waymark/contract/v1/live';

/** `paused`: nobody looks at the page, so nothing is asked for. `refused`: the session does not allow it. */
export type LiveStatus = 'connecting' | 'live' | 'reconnecting' | 'paused' | 'refused';

/** Clicks that came in one message, oldest first; `skipped` more were left out before them. */
export interface LiveClicks {
  events: readonly Event[];
  skipped: number;
}

/** Source: LIVE_CLOSE in contract/src/v1/live.ts. */
const UNAUTHORIZED = 4401;
const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 15_000;
/** Without a message for this long (heartbeats come every 25 s) the connection is taken for dead. */
const SILENT_MS_MAX = 60_000;

/**
 * Follows clicks over the WebSocket of v1, for as long as somebody listens and the page is visible.
 * After a break it goes on behind the last event that came, so that none is missed and none comes twice.
 */
export class LiveFeed {
  private socket: WebSocket | null = null;
  private lastEventId: string | null = null;
  private retryMs = RETRY_MS_MIN;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private silence: ReturnType<typeof setTimeout> | null = null;
  private readonly clickListeners = new Set<(clicks: LiveClicks) => void>();
  private readonly statusListeners = new Set<() => void>();
  private current: LiveStatus = 'connecting';

  /** `url`: ws: or wss: address of /api/v1/live. */
  constructor(private readonly url: string) {}

  /** Bound, for useSyncExternalStore. */
  readonly status = (): LiveStatus => this.current;

  readonly onStatus = (listener: () => void): (() => void) => {
    this.statusListeners.add(listener);
    return () => this.statusListeners.delete(listener);
  };

  /** Returns how to stop listening; with the last listener the connection goes. */
  readonly onClicks = (listener: (clicks: LiveClicks) => void): (() => void) => {
    this.clickListeners.add(listener);
    if (this.clickListeners.size === 1) {
      document.addEventListener('visibilitychange', this.lookAtVisibility);
      window.addEventListener('online', this.connectNow);
      this.lookAtVisibility();
    }
    return () => {
      this.clickListeners.delete(listener);
      if (this.clickListeners.size > 0) return;
      document.removeEventListener('visibilitychange', this.lookAtVisibility);
      window.removeEventListener('online', this.connectNow);
      this.disconnect();
      this.lastEventId = null;
    };
  };

  private readonly lookAtVisibility = (): void => {
    if (document.visibilityState === 'hidden') {
      this.disconnect();
      this.say('paused');
    } else this.connectNow();
  };

  private readonly connectNow = (): void => {
    if (this.clickListeners.size === 0 || document.visibilityState === 'hidden') return;
    this.disconnect();
    this.say(this.lastEventId === null ? 'connecting' : 'reconnecting');
    const socket = new WebSocket(this.lastEventId === null ? this.url : `${this.url}?resume=${this.lastEventId}`);
    this.socket = socket;
    socket.onmessage = ({ data }) => this.take(JSON.parse(String(data)) as LiveMessage);
    socket.onclose = ({ code }) => {
      if (this.socket !== socket) return;
      this.disconnect();
      if (code === UNAUTHORIZED) return this.say('refused');
      this.say('reconnecting');
      this.retry = setTimeout(this.connectNow, this.retryMs * (0.5 + Math.random()));
      this.retryMs = Math.min(this.retryMs * 2, RETRY_MS_MAX);
    };
    this.listenForSilence();
  };

  private take(message: LiveMessage): void {
    this.listenForSilence();
    if (message.type === 'ready') {
      this.retryMs = RETRY_MS_MIN;
      this.lastEventId ??= message.lastEventId;
      this.say('live');
    }
    if (message.type === 'clicks') {
      this.lastEventId = message.lastEventId;
      for (const listener of this.clickListeners) listener({ events: message.events, skipped: message.skipped });
    }
  }

  private listenForSilence(): void {
    if (this.silence !== null) clearTimeout(this.silence);
    this.silence = setTimeout(this.connectNow, SILENT_MS_MAX);
  }

  private disconnect(): void {
    if (this.retry !== null) clearTimeout(this.retry);
    if (this.silence !== null) clearTimeout(this.silence);
    this.retry = null;
    this.silence = null;
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }

  private say(status: LiveStatus): void {
    if (status === this.current) return;
    this.current = status;
    for (const listener of this.statusListeners) listener();
  }
}
