import { LIVE_CLOSE, LIVE_LIMITS, type LiveMessage, liveRequestSchema } from '@waymark/contract/v1/live';
import type { ServerWebSocket } from 'bun';
import type { ClicksSince } from '../../../clicks/event.ts';
import { AppError } from '../../../platform/app-error.ts';
import { RateLimit } from '../../../platform/rate-limit.ts';
import type { ApiDeps } from '../deps.ts';
import type { LiveSocketData } from '../live-sockets.ts';
import { asOf } from './analytics-range.ts';
import { view } from './events.ts';
import { isoTime } from './link-view.ts';
import { LiveFeed } from './live-feed.ts';
import type { Follower, LiveHub } from './live-hub.ts';

type Socket = ServerWebSocket<LiveSocketData>;

/** Changes of what is followed; each reads from the database. */
const REQUESTS = { burst: 10, perSecond: 1, callersMax: 1 };
const WAITING_MESSAGES_MAX = 10;
/** How long a client may not take what was sent. */
const BLOCKED_MS_MAX = 60_000;
const KEY = /^[\x21-\x7e]+$/;

export interface LiveClientOptions {
  /** What carries the key or the session's cookie; null where a key is to come as the first message. */
  headers: Headers | null;
  peer: string;
  link: number | null;
  resume: number | null;
  onAdmitted(): void;
  onClosed(): void;
}

/** One WebSocket of the live feed. */
export class LiveClient implements LiveSocketData, Follower {
  readonly feed = new LiveFeed();
  private socket: Socket | null = null;
  private headers: Headers | null;
  private admitted = false;
  private isToBeChecked = false;
  private stopListening = () => {};
  private blockedAt: number | null = null;
  private handling: Promise<void> = Promise.resolve();
  private toHandle = 0;
  private readonly requests: RateLimit;
  private timers: ReturnType<typeof setTimeout>[] = [];

  constructor(
    private readonly deps: ApiDeps,
    private readonly hub: LiveHub,
    private readonly options: LiveClientOptions,
  ) {
    this.headers = options.headers;
    this.requests = new RateLimit(REQUESTS, deps.now);
  }

  opened(socket: Socket): void {
    this.socket = socket;
    if (this.headers !== null) this.inTurn(() => this.admit());
    this.stopListening = this.deps.access.onForget(() => this.checkAgain());
    const late = () => {
      if (!this.admitted) this.close(LIVE_CLOSE.unauthorized, 'no key came');
    };
    this.timers = [
      setTimeout(late, LIVE_LIMITS.keySeconds * 1000),
      setInterval(() => this.inTurn(() => this.heartbeat()), LIVE_LIMITS.heartbeatSeconds * 1000),
    ];
  }

  said(_: Socket, text: string): void {
    this.inTurn(() => this.handle(text));
  }

  drained(): void {
    this.blockedAt = null;
  }

  closed(): void {
    this.socket = null;
    for (const timer of this.timers) clearTimeout(timer);
    this.stopListening();
    this.hub.leave(this);
    this.options.onClosed();
  }

  flush(): void {
    if (this.deps.isStopping()) {
      this.close(LIVE_CLOSE.goingAway, 'the server stops');
      return;
    }
    if (!this.admitted || this.blockedAt !== null) return;
    const next = this.feed.take();
    if (next === null) return;
    const { events, skipped, lastId } = next;
    this.send({ type: 'clicks', events: events.map(view), skipped, lastEventId: String(lastId) });
  }

  /** One thing after the other, in the order in which messages came. */
  private inTurn(work: () => Promise<void>): void {
    if (this.toHandle >= WAITING_MESSAGES_MAX) {
      this.close(LIVE_CLOSE.badMessage, 'too many messages');
      return;
    }
    this.toHandle++;
    this.handling = this.handling.then(work).then(
      () => {
        this.toHandle--;
      },
      (error: unknown) => {
        this.toHandle--;
        this.refuse(error);
      },
    );
  }

  private async handle(text: string): Promise<void> {
    const request = liveRequestSchema.safeParse(parseJson(text));
    if (!request.success) {
      const message = 'A message must be {"key": ...} or {"resume": ..., "link": ...}';
      this.send({ type: 'error', code: 'invalid_request', message });
      this.close(LIVE_CLOSE.badMessage, 'not understood');
    } else if ('key' in request.data) {
      if (this.admitted) return;
      this.headers = new Headers({ 'X-API-Token': KEY.test(request.data.key) ? request.data.key : 'unusable' });
      await this.admit();
    } else if (!this.admitted) {
      throw new AppError('unauthorized', 'The key must come first');
    } else if (!this.requests.take('').allowed) {
      throw new AppError('rate_limited', 'Too many requests');
    } else {
      const { link = this.feed.linkId, resume = null } = request.data;
      await this.follow(link, resume);
    }
  }

  private async admit(): Promise<void> {
    await this.checkKey();
    this.options.onAdmitted();
    await this.follow(this.options.link, this.options.resume);
    this.admitted = true;
  }

  /** Once for all that was revoked meanwhile: what waits for its turn is counted. */
  private checkAgain(): void {
    if (this.headers === null || this.isToBeChecked) return;
    this.isToBeChecked = true;
    this.inTurn(async () => {
      this.isToBeChecked = false;
      await this.checkKey();
    });
  }

  /** Errors: `unauthorized`, `forbidden`. */
  private async checkKey(): Promise<void> {
    const { headers } = this;
    if (headers === null) throw new AppError('unauthorized', 'An API key is needed');
    await this.deps.access.requireKey({ method: 'GET', headers, peer: this.options.peer }, 'read');
  }

  /** Errors: `not_found` for an unknown link; what was followed goes on then. */
  private async follow(link: number | null, resume: number | null): Promise<void> {
    if (link !== null && !(await this.deps.queries.links.get(link))) throw new AppError('not_found', 'Link not found');
    await this.feed.begin(link, async (): Promise<ClicksSince> => {
      const lastId = await this.hub.join(this);
      // An id that was never given out, after a restore perhaps, has missed nothing.
      if (resume === null || resume >= lastId) return { events: [], skipped: 0, lastId };
      return this.deps.queries.events.clicksSince(resume, LIVE_LIMITS.waitingEvents, link);
    });
    if (this.socket === null) this.hub.leave(this);
    this.send({ type: 'ready', lastEventId: String(resume ?? this.feed.lastId) });
  }

  private async heartbeat(): Promise<void> {
    await this.checkKey();
    const now = this.deps.now();
    if (this.blockedAt === null) this.send({ type: 'heartbeat', at: isoTime(now), asOf: asOf(this.deps) });
    else if (now - this.blockedAt > BLOCKED_MS_MAX) this.close(LIVE_CLOSE.tooSlow, 'too slow');
  }

  private refuse(error: unknown): void {
    if (error instanceof AppError) {
      this.send({ type: 'error', code: error.code, message: error.message });
      const isAccess = error.code === 'unauthorized' || error.code === 'forbidden';
      if (isAccess || !this.admitted)
        this.close(isAccess ? LIVE_CLOSE.unauthorized : LIVE_CLOSE.badMessage, error.code);
      return;
    }
    this.deps.logger.error({ err: error }, 'the live feed failed');
    this.close(1011, 'internal');
  }

  private send(message: LiveMessage): void {
    const sent = this.socket?.send(JSON.stringify(message));
    // @NOTE Bun: -1 is taken but waits, and `drain` follows; 0 is not taken, as the socket is closing.
    if (sent === -1) this.blockedAt ??= this.deps.now();
  }

  private close(code: number, reason: string): void {
    this.socket?.close(code, reason);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
