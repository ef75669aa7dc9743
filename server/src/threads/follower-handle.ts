import type { FeedLink } from '../links/change-feed.ts';
import type { ChangedCode } from '../links/replica-store.ts';
import { AppError } from '../platform/app-error.ts';
import type { EdgeStatus, FromFollower, OutboxFigures, ToFollower } from './messages.ts';
import type { Thread } from './start-thread.ts';

interface Waiting {
  resolve(link: FeedLink | null): void;
  reject(error: Error): void;
}

/** The main thread's view of the follower. */
export class FollowerHandle {
  status: EdgeStatus = {
    state: 'starting',
    cursor: null,
    lagMs: null,
    inTouch: false,
    lastError: null,
    snapshotsTaken: 0,
    signals: { redis: false, postgres: false },
    clonedIds: [],
  };
  private nextId = 1;
  private readonly waiting = new Map<number, Waiting>();
  private outgoing: { id: number; domainId: number; code: string }[] = [];
  private stopped: (() => void) | null = null;

  constructor(
    private readonly thread: Thread,
    private readonly on: {
      /** The replica on disk leads elsewhere under these codes. */
      forget(codes: readonly ChangedCode[]): void;
      /** Somebody asks how far the outbox is: the seq of the last accepted click. */
      settleAsked(): number;
      /** The edge id has passed to another process. */
      passed(edgeId: string): void;
      /** Another live process goes on under an edge id of this outbox. */
      cloned(edgeId: string): void;
      trouble(words: string): void;
      failed(error: Error): void;
    },
  ) {
    thread.onmessage = (event) => this.receive(event.data as FromFollower);
  }

  /** Look-ups of one turn travel together. Errors: `unavailable`. */
  lookup(domainId: number, code: string): Promise<FeedLink | null> {
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      this.waiting.set(id, { resolve, reject });
      if (this.outgoing.length === 0) setImmediate(() => this.flush());
      this.outgoing.push({ id, domainId, code });
    });
  }

  report(figures: OutboxFigures): void {
    this.tell({ figures });
  }

  /** Goes on under another edge id. `watchFormer`: another process may hold the one before. */
  switchEdge(edgeId: string, watchFormer: boolean): void {
    this.tell({ edgeId, watchFormer });
  }

  /** Lets go of the edge id and closes the replica. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.stopped = resolve;
      this.tell({ stop: true });
    });
  }

  private flush(): void {
    const lookups = this.outgoing;
    this.outgoing = [];
    this.tell({ lookups });
  }

  private tell(message: ToFollower): void {
    this.thread.postMessage(message);
  }

  private receive(message: FromFollower): void {
    if ('found' in message) {
      const { id, link } = message.found;
      const caller = this.waiting.get(id);
      this.waiting.delete(id);
      if (link === 'unavailable') caller?.reject(new AppError('unavailable', 'The database is not available just now'));
      else caller?.resolve(link);
    } else if ('forget' in message) this.on.forget(message.forget);
    else if ('status' in message) this.status = message.status;
    else if ('settleAsked' in message)
      this.tell({ settled: { ...message.settleAsked, acceptedSeq: this.on.settleAsked() } });
    else if ('passed' in message) this.on.passed(message.passed);
    else if ('cloned' in message) this.on.cloned(message.cloned);
    else if ('trouble' in message) this.on.trouble(message.trouble);
    else if ('stopped' in message) this.stopped?.();
    else if ('failed' in message) {
      this.stopped?.();
      this.on.failed(new Error(`the follower thread failed: ${message.failed}`));
    }
  }
}
