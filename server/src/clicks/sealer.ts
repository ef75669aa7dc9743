import { AppError } from '../platform/app-error.ts';
import type { Clock } from '../platform/clock.ts';
import { encodeBatch } from './batch.ts';
import type { EnrichedClick, OutboxClick } from './click.ts';
import { type Confirmations, coversSeqs } from './confirmations.ts';
import type { IngestPort } from './ingest.ts';

/** Clicks in one batch: small enough that its transaction holds the writer for about 20 ms at most. */
export const BATCH_CLICKS_MAX = 600;

/** Batches on their way to the database at one time. */
const IN_FLIGHT_MAX = 24;

/** Batches that are handed over together when there is a backlog. */
const GROUP = 12;

/** Contents kept in memory for sending; beyond that a batch is read back from disk. */
const CONTENTS_MAX = 36;

/** Failures of one batch, other than a database that is away, after which it is put aside so that the rest goes on. */
const FAILURES_MAX = 5;

const BACKOFF_MS = { first: 100, most: 5000 };

/** Accepted clicks as one queue, read by one thread. */
export interface RawSource {
  /** The next clicks that are not sealed yet, at most `limit`; null when all that is there has been read. */
  read(limit: number): RawRun | null;
  /** Makes what has been read survive a loss of power. */
  sync(): void;
  /** Whether files have been read to their end; `removeFinished` deletes them and tells how many. */
  readonly hasFinished: boolean;
  removeFinished(): number;
}

export interface RawRun {
  edgeId: string;
  firstSeq: number;
  lastSeq: number;
  clicks: OutboxClick[];
  unreadable: number;
}

/** Where a sealed batch lies on disk. */
export interface SealedFrame {
  edgeId: string;
  firstSeq: number;
  lastSeq: number;
  file: number;
}

/** Sealed batches on disk, in numbered files that are removed whole. */
export interface SealedStore<Frame extends SealedFrame = SealedFrame> {
  frames(): Iterable<Frame>;
  /** Errors: throws when the disk is full; nothing is kept then. */
  append(edgeId: string, firstSeq: number, lastSeq: number, content: string): Frame;
  content(frame: Frame): string;
  sync(): void;
  rotateIfOld(): void;
  remove(file: number): void;
  /** The file that is being written; null before the first frame. */
  readonly openFile: number | null;
  readonly bytes: number;
}

export interface SealerStatus {
  edgeId: string;
  /** Seqs sealed and committed, of this process's own edge. */
  sealedSeq: number;
  committedSeq: number;
  /** Bytes of sealed batches on disk. */
  sealedBytes: number;
  /** Clicks sealed and not yet confirmed by the database, of every edge id in this outbox. */
  sealedInFlight: number;
  /** Time of the oldest click that is not committed, or null. Epoch ms. */
  oldestAt: number | null;
  /** Why the last delivery failed, or null when it went well. */
  lastError: string | null;
  committed: number;
  discarded: number;
  dead: number;
}

export interface SealerDeps<Frame extends SealedFrame> {
  edgeId: string;
  raw: RawSource;
  sealed: SealedStore<Frame>;
  enrich(click: OutboxClick): EnrichedClick;
  /** Makes salts for these clicks' days known before they are enriched. */
  prepare(clicks: readonly OutboxClick[]): Promise<void>;
  ingest: IngestPort;
  /** Asked whether what was confirmed is still there; null where the database can't lose it. */
  confirmations?: Confirmations | null;
  hash(content: string): string;
  keepMs: number;
  /** Size of sealed batches beyond which confirmed ones are no longer kept. Units: bytes. */
  keptBytesMax: number;
  now: Clock;
  segmentsRemoved(count: number): void;
}

interface Delivery<Frame> {
  frame: Frame;
  sending: boolean;
  failures: number;
  content: string | null;
  oldestAt: number;
  clicks: number;
}

interface Kept<Frame> {
  file: number;
  pending: number;
  lastConfirmedAt: number;
  /** Those that `recheck` asks about. */
  confirmed: Frame[];
}

/**
 * Turns raw rows into sealed batches and delivers them, in seq order.
 * Sealing never waits for the database: raw rows leave the disk within a minute whatever the back ends do.
 */
export class Sealer<Frame extends SealedFrame> {
  private readonly done: Map<string, number>;
  private readonly confirmed: Map<string, number>;
  private deliveries: Delivery<Frame>[] = [];
  private inFlight = 0;
  private readonly files = new Map<number, Kept<Frame>>();
  private backoffMs = 0;
  private retryAt = 0;
  private lastError: string | null = null;
  private totals = { committed: 0, discarded: 0, dead: 0 };
  private waiters: { edgeId: string; seq: number; resolve(): void }[] = [];
  private edgeId: string;
  /** Read from the raw queue and not on disk as a batch: the queue gives each run once. */
  private unsealed: RawRun | null = null;

  private constructor(
    private readonly deps: SealerDeps<Frame>,
    progress: Map<string, number>,
    sealedThrough: Map<string, number>,
  ) {
    this.edgeId = deps.edgeId;
    this.confirmed = progress;
    this.done = sealedThrough;
    for (const frame of deps.sealed.frames()) {
      const committed = frame.lastSeq <= (progress.get(frame.edgeId) ?? 0);
      const kept = this.track(frame.file, committed ? 0 : 1);
      if (committed) this.keepConfirmed(kept, frame);
      else this.deliveries.push(this.deliveryOf(frame));
    }
  }

  /** `sealedThrough` is shared with the raw queue, which skips what it names. */
  static async create<Frame extends SealedFrame>(
    deps: SealerDeps<Frame>,
    sealedThrough: Map<string, number>,
  ): Promise<Sealer<Frame>> {
    const progress = new Map((await deps.ingest.progress()).map((edge) => [edge.edgeId, edge.watermark]));
    for (const [edgeId, seq] of progress) sealedThrough.set(edgeId, Math.max(sealedThrough.get(edgeId) ?? 0, seq));
    return new Sealer(deps, progress, sealedThrough);
  }

  /** Seals and delivers what there is. Returns whether anything was sealed. Errors: throws when sealing can't be written. */
  async pump(): Promise<boolean> {
    const sealedSomething = await this.sealNext();
    // While there is a backlog batches are handed over in groups, which ingest then counts together.
    if (!sealedSomething || this.deliveries.length - this.inFlight >= GROUP) this.deliver();
    return sealedSomething;
  }

  /** Resolves when this edge's clicks up to `seq` are committed. The caller bounds the wait. */
  settled(seq: number): Promise<void> {
    const { edgeId } = this;
    if (this.committedSeqOf(edgeId) >= seq) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push({ edgeId, seq, resolve }));
  }

  /** The outbox goes on under another edge id, from seq 1. What is there under the former one is delivered as before. */
  switchEdge(edgeId: string): void {
    this.edgeId = edgeId;
  }

  /**
   * Delivers once more what the database confirmed and has no more, as after a failover that lost commits: possible for as
   * long as a batch is kept. Returns how many batches those are. Errors: `unavailable`.
   */
  async recheck(): Promise<number> {
    const { confirmations } = this.deps;
    const edgeIds = new Set([...this.files.values()].flatMap(({ confirmed }) => confirmed.map(({ edgeId }) => edgeId)));
    if (!confirmations || edgeIds.size === 0) return 0;
    const edges = new Map((await confirmations.committed([...edgeIds])).map((edge) => [edge.edgeId, edge]));
    const isThere = ({ edgeId, firstSeq, lastSeq }: Frame) => {
      const edge = edges.get(edgeId);
      return edge !== undefined && coversSeqs(edge, firstSeq, lastSeq);
    };
    const lost: Frame[] = [];
    for (const kept of this.files.values()) {
      const gone = kept.confirmed.filter((frame) => !isThere(frame));
      if (gone.length === 0) continue;
      kept.confirmed = kept.confirmed.filter(isThere);
      kept.pending += gone.length;
      lost.push(...gone);
    }
    this.deliveries.unshift(...lost.map((frame) => this.deliveryOf(frame)));
    return lost.length;
  }

  /** Syncs to disk, and removes raw segments that are sealed and batches that are confirmed and kept long enough. */
  housekeep(): void {
    this.deps.raw.sync();
    this.deps.sealed.sync();
    if (this.deps.raw.hasFinished) this.deps.segmentsRemoved(this.deps.raw.removeFinished());
    this.deps.sealed.rotateIfOld();
    const expired = this.deps.now() - this.deps.keepMs;
    let isTight = this.deps.sealed.bytes > this.deps.keptBytesMax;
    for (const [file, { pending, lastConfirmedAt }] of this.files) {
      if (pending > 0 || file === this.deps.sealed.openFile) continue;
      // What is kept for a failover gives way, oldest first, before it takes the room of clicks to come.
      if (lastConfirmedAt > expired && !isTight) continue;
      this.deps.sealed.remove(file);
      this.files.delete(file);
      isTight &&= this.deps.sealed.bytes > this.deps.keptBytesMax;
    }
  }

  status(): SealerStatus {
    return {
      edgeId: this.edgeId,
      sealedSeq: this.done.get(this.edgeId) ?? 0,
      committedSeq: this.committedSeqOf(this.edgeId),
      sealedBytes: this.deps.sealed.bytes,
      sealedInFlight: this.deliveries.reduce((sum, { clicks }) => sum + clicks, 0),
      oldestAt: this.deliveries[0]?.oldestAt ?? null,
      lastError: this.lastError,
      ...this.totals,
    };
  }

  get idle(): boolean {
    return this.deliveries.length === 0;
  }

  /** Up to the first batch that is still to be delivered, since batches may be confirmed out of order after a failure. */
  private committedSeqOf(edgeId: string): number {
    const waiting = this.deliveries.find(({ frame }) => frame.edgeId === edgeId);
    return waiting ? waiting.frame.firstSeq - 1 : (this.confirmed.get(edgeId) ?? 0);
  }

  private async sealNext(): Promise<boolean> {
    const run = this.unsealed ?? this.deps.raw.read(BATCH_CLICKS_MAX);
    if (!run) return false;
    this.unsealed = run;
    const lost = this.lostBefore(run);
    if (lost) {
      this.seal(lost);
      return true;
    }
    await this.deps.prepare(run.clicks);
    this.seal(run);
    this.unsealed = null;
    return true;
  }

  /** Seqs of this edge that are neither sealed nor in the queue, since a file was damaged: counted as dead, so that the watermark moves on. */
  private lostBefore({ edgeId, firstSeq }: RawRun): RawRun | null {
    const next = (this.done.get(edgeId) ?? 0) + 1;
    if (edgeId !== this.edgeId || firstSeq <= next) return null;
    return { edgeId, firstSeq: next, lastSeq: firstSeq - 1, clicks: [], unreadable: firstSeq - next };
  }

  /** Errors: throws when the disk is full; nothing is sealed then. */
  private seal(run: RawRun): void {
    const { edgeId, firstSeq, lastSeq, unreadable } = run;
    const content = encodeBatch({ edgeId, firstSeq, lastSeq, unreadable, clicks: run.clicks.map(this.deps.enrich) });
    const frame = this.deps.sealed.append(edgeId, firstSeq, lastSeq, content);
    this.done.set(edgeId, lastSeq);
    this.track(frame.file, 1);
    this.deliveries.push({
      ...this.deliveryOf(frame),
      content: this.deliveries.length < CONTENTS_MAX ? content : null,
      oldestAt: run.clicks[0]?.at ?? this.deps.now(),
    });
  }

  private deliveryOf(frame: Frame): Delivery<Frame> {
    const clicks = frame.lastSeq - frame.firstSeq + 1;
    return { frame, sending: false, failures: 0, content: null, oldestAt: this.deps.now(), clicks };
  }

  private track(file: number, pending: number): Kept<Frame> {
    const kept = this.files.get(file) ?? { file, pending: 0, lastConfirmedAt: this.deps.now(), confirmed: [] };
    kept.pending += pending;
    this.files.set(file, kept);
    return kept;
  }

  private keepConfirmed(kept: Kept<Frame>, frame: Frame): void {
    if (this.deps.confirmations) kept.confirmed.push(frame);
  }

  private deliver(): void {
    if (this.deps.now() < this.retryAt) return;
    // After a failure one batch at a time, from the first: the order of seqs is kept.
    const most = this.backoffMs > 0 ? 1 : IN_FLIGHT_MAX;
    while (this.inFlight < most) {
      const delivery = this.deliveries.find(({ sending }) => !sending);
      if (!delivery) return;
      delivery.sending = true;
      this.inFlight++;
      void this.send(delivery);
    }
  }

  private async send(delivery: Delivery<Frame>): Promise<void> {
    const { frame } = delivery;
    try {
      const content = delivery.content ?? this.deps.sealed.content(frame);
      const outcome = await this.deps.ingest.ingest(content, this.deps.hash(content));
      this.totals.committed += outcome.committed;
      this.totals.discarded += outcome.discarded;
      this.totals.dead += outcome.dead;
      this.inFlight--;
      this.confirm(delivery);
    } catch (error) {
      const isAway = error instanceof AppError && error.code === 'unavailable';
      if (!isAway) delivery.failures++;
      const isGivenUp = delivery.failures >= FAILURES_MAX && (await this.putAside(delivery, error));
      this.inFlight--;
      if (isGivenUp) {
        this.confirm(delivery);
        return;
      }
      delivery.sending = false;
      delivery.content = null;
      this.lastError = error instanceof Error ? error.message : String(error);
      this.backoffMs = Math.min(Math.max(this.backoffMs * 2, BACKOFF_MS.first), BACKOFF_MS.most);
      this.retryAt = this.deps.now() + this.backoffMs;
    }
  }

  /** Whether the batch is a dead letter now. */
  private async putAside({ frame, clicks }: Delivery<Frame>, error: unknown): Promise<boolean> {
    try {
      const { edgeId, firstSeq, lastSeq } = frame;
      const reason = error instanceof Error ? error.message : String(error);
      await this.deps.ingest.deadLetter({
        edgeId,
        firstSeq,
        lastSeq,
        reason,
        content: this.deps.sealed.content(frame),
      });
      this.totals.dead += clicks;
      return true;
    } catch {
      return false; // Tried again after the next failure.
    }
  }

  private confirm(delivery: Delivery<Frame>): void {
    const { edgeId, lastSeq, file } = delivery.frame;
    this.deliveries.splice(this.deliveries.indexOf(delivery), 1);
    this.backoffMs = 0;
    this.lastError = null;
    const kept = this.files.get(file);
    if (kept) {
      kept.pending--;
      kept.lastConfirmedAt = this.deps.now();
      this.keepConfirmed(kept, delivery.frame);
    }
    this.confirmed.set(edgeId, Math.max(this.confirmed.get(edgeId) ?? 0, lastSeq));
    const committed = this.committedSeqOf(edgeId);
    const isReady = (waiter: { edgeId: string; seq: number }) => waiter.edgeId === edgeId && waiter.seq <= committed;
    const ready = this.waiters.filter(isReady);
    if (ready.length > 0) {
      this.waiters = this.waiters.filter((waiter) => !isReady(waiter));
      for (const { resolve } of ready) resolve();
    }
  }
}
