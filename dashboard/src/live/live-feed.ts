import type { Event } from '@waymark/contract/v1/events';
import type { LiveMessage } from '@waymark/contract/v1/live';

/** `paused`: nobody looks at the page, so nothing is asked for. `refused`: the session does not allow it. */
export type LiveStatus = 'connecting' | 'live' | 'reconnecting' | 'paused' | 'refused';

/** Clicks that came in one message, oldest first; `skipped` more were left out before them. */
export interface LiveClicks {
  events: readonly Event[];
  skipped: number;
}

/** What the feed uses of a WebSocket. */
export interface LiveSocket {
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  close(): void;
}

/** What surrounds the feed; a test gives its own. */
export interface LiveSurroundings {
  open(url: string): LiveSocket;
  isVisible(): boolean;
  /** Calls when the page is shown or hidden. Returns how to stop. */
  onVisibility(listener: () => void): () => void;
  /** Calls when the network is back. Returns how to stop. */
  onOnline(listener: () => void): () => void;
  /** Runs `act` once. Returns how to stop. */
  after(ms: number, act: () => void): () => void;
  /** From 0 up to 1. */
  random(): number;
}

/** Source: LIVE_CLOSE in contract/src/v1/live.ts. */
const BAD_MESSAGE = 4400;
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
  private socket: LiveSocket | null = null;
  private lastEventId: string | null = null;
  private retryMs = RETRY_MS_MIN;
  private stopRetry: (() => void) | null = null;
  private stopSilence: (() => void) | null = null;
  /** Ends the watch over visibility and network; null while nothing is followed. */
  private stopWatching: (() => void) | null = null;
  private readonly clickListeners = new Set<(clicks: LiveClicks) => void>();
  private readonly statusListeners = new Set<() => void>();
  private current: LiveStatus = 'connecting';

  /** `url`: ws: or wss: address of /api/v1/live. */
  constructor(
    private readonly url: string,
    private readonly around: LiveSurroundings,
  ) {}

  /** Bound, for useSyncExternalStore. */
  readonly status = (): LiveStatus => this.current;

  readonly onStatus = (listener: () => void): (() => void) => {
    this.statusListeners.add(listener);
    return () => this.statusListeners.delete(listener);
  };

  /** Returns how to stop listening; with the last listener the connection goes. */
  readonly onClicks = (listener: (clicks: LiveClicks) => void): (() => void) => {
    this.clickListeners.add(listener);
    this.stopWatching ??= this.watch();
    return () => {
      if (this.clickListeners.delete(listener) && this.clickListeners.size === 0) this.leave();
    };
  };

  private watch(): () => void {
    const stops = [this.around.onVisibility(this.lookAtVisibility), this.around.onOnline(this.connectNow)];
    this.lookAtVisibility();
    return () => {
      for (const stop of stops) stop();
    };
  }

  private leave(): void {
    this.stopWatching?.();
    this.stopWatching = null;
    this.disconnect();
    // Whoever listens next has looked elsewhere for what was before.
    this.lastEventId = null;
    this.say('connecting');
  }

  private readonly lookAtVisibility = (): void => {
    if (!this.around.isVisible()) {
      this.disconnect();
      this.say('paused');
    } else if (this.socket === null) this.connectNow();
  };

  private readonly connectNow = (): void => {
    if (!this.around.isVisible()) return;
    this.disconnect();
    this.say(this.lastEventId === null ? 'connecting' : 'reconnecting');
    const socket = this.around.open(
      this.lastEventId === null ? this.url : `${this.url}?resume=${encodeURIComponent(this.lastEventId)}`,
    );
    this.socket = socket;
    socket.onmessage = ({ data }) => {
      if (this.socket === socket) this.take(data);
    };
    socket.onclose = ({ code }) => {
      if (this.socket === socket) this.closed(code);
    };
    this.listenForSilence();
  };

  private closed(code: number): void {
    this.disconnect();
    if (code === UNAUTHORIZED) {
      this.say('refused');
      return;
    }
    // Nothing but the address was said: where it is not understood, it is said without what it went on from.
    if (code === BAD_MESSAGE) this.lastEventId = null;
    this.say('reconnecting');
    this.stopRetry = this.around.after(this.retryMs * (0.5 + this.around.random()), this.connectNow);
    this.retryMs = Math.min(this.retryMs * 2, RETRY_MS_MAX);
  }

  private take(data: unknown): void {
    this.listenForSilence();
    const message = parse(data);
    if (message?.type === 'ready') {
      this.retryMs = RETRY_MS_MIN;
      this.lastEventId ??= message.lastEventId;
      this.say('live');
    }
    if (message?.type === 'clicks') {
      this.lastEventId = message.lastEventId;
      for (const listener of this.clickListeners) listener({ events: message.events, skipped: message.skipped });
    }
  }

  private listenForSilence(): void {
    this.stopSilence?.();
    this.stopSilence = this.around.after(SILENT_MS_MAX, this.connectNow);
  }

  private disconnect(): void {
    this.stopRetry?.();
    this.stopSilence?.();
    this.stopRetry = null;
    this.stopSilence = null;
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

/** null for what is no message: a proxy on the way may say something of its own. */
function parse(data: unknown): LiveMessage | null {
  try {
    return JSON.parse(String(data)) as LiveMessage | null;
  } catch {
    return null;
  }
}
