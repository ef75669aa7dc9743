import { AppError } from '../platform/app-error.ts';
import type { Clock } from '../platform/clock.ts';
import { batchRange } from './batch.ts';
import { type Confirmations, coversSeqs } from './confirmations.ts';
import type { DeadLetter, EdgeProgress, IngestOutcome, IngestPort } from './ingest.ts';
import type { ClickStream, StreamBatch, StreamPlace } from './stream.ts';

/** How often the database is asked while something is on its way. */
const POLL_MS = 50;
/** How often while it does not answer. */
const POLL_AWAY_MS = 500;
/** When a batch on its way is first looked for in the stream, and the most that this grows to. */
const LOOK_MS = { first: 1000, most: 30_000 };
/** Longest that batches of an id which another process holds wait for that process to deliver the same seqs. */
const HELD_BACK_MS = 60_000;

export interface StreamDeliveryDeps {
  stream: ClickStream;
  confirmations: Confirmations;
  /** Straight into the database, for while the stream is away; null where there is no such way. */
  direct: Pick<IngestPort, 'ingest' | 'deadLetter'> | null;
  /** Ids whose clicks this outbox holds, as of the start. */
  edgeIds: readonly string[];
  saltOf(day: number): string | null;
  /** Whether another live process holds this edge id. */
  isHeldElsewhere(edgeId: string): boolean;
  now: Clock;
  /** Runs `work` after `ms`; returns how to call it off. */
  after(ms: number, work: () => void): () => void;
}

interface Delivery {
  batch: StreamBatch;
  /** Null until it is in the stream. */
  place: StreamPlace | null;
  startedAt: number;
  lookAt: number;
  lookMs: number;
  isLost: boolean;
  /** On its way to the stream or into the database just now. */
  isBusy: boolean;
  resolve(outcome: IngestOutcome): void;
  reject(error: unknown): void;
}

/**
 * The scaled-out shape's door for sealed batches: into the click stream, and done once the database says so.
 *
 * A batch that is neither confirmed nor in the stream any more is sent again. The stream is asked first: a worker commits
 * before it removes an entry, so what is gone there and committed is seen as committed. While the stream is away batches go
 * straight into the database, where their range makes them count once, whoever brings them. With both away `ingest` rejects
 * with `unavailable`, and the caller keeps what it has.
 */
export class StreamDelivery implements IngestPort {
  private readonly waiting = new Set<Delivery>();
  private checking = false;
  private checkAgain = false;
  private callOff: (() => void) | null = null;
  private lastPlace: StreamPlace | null = null;
  private databaseAway = false;
  /** Batches sent once more, and sent straight into the database. */
  readonly counts = { resent: 0, direct: 0 };

  constructor(private readonly deps: StreamDeliveryDeps) {}

  ingest(content: string, hash: string): Promise<IngestOutcome> {
    const { now } = this.deps;
    return new Promise((resolve, reject) => {
      const delivery: Delivery = {
        batch: { ...batchRange(content), content, hash },
        place: null,
        startedAt: now(),
        lookAt: now() + LOOK_MS.first,
        lookMs: LOOK_MS.first,
        isLost: false,
        isBusy: false,
        resolve,
        reject,
      };
      this.waiting.add(delivery);
      if (this.isHeldBack(delivery)) this.checkSoon();
      else void this.send(delivery);
    });
  }

  /** Word that ingest has committed batches of these edges: the database is asked at once where one of them waits. */
  committed(edgeIds: readonly string[]): void {
    for (const { batch } of this.waiting) {
      if (!edgeIds.includes(batch.edgeId)) continue;
      this.checkSoon(0);
      return;
    }
  }

  async deadLetter(entry: DeadLetter): Promise<void> {
    if (!this.deps.direct) throw new AppError('unavailable', 'Dead letters need the database');
    await this.deps.direct.deadLetter(entry);
  }

  /** What the database has of this outbox's edges; nothing while it is away, since all else can be sent again. */
  async progress(): Promise<EdgeProgress[]> {
    try {
      const edges = await this.deps.confirmations.committed(this.deps.edgeIds);
      return edges.map(({ edgeId, watermark }) => ({ edgeId, watermark, committed: 0, discarded: 0, dead: 0 }));
    } catch {
      return [];
    }
  }

  async salt(day: number): Promise<string | null> {
    return this.deps.saltOf(day);
  }

  /** Lets everything that waits go, unconfirmed. */
  close(): void {
    this.callOff?.();
    this.callOff = null;
    for (const { reject } of this.waiting) reject(new AppError('unavailable', 'The delivery of clicks has stopped'));
    this.waiting.clear();
  }

  private async send(delivery: Delivery): Promise<void> {
    const { stream, now } = this.deps;
    delivery.isBusy = true;
    try {
      delivery.place = await stream.append(delivery.batch);
      delivery.isLost = false;
      delivery.lookAt = now() + delivery.lookMs;
      this.lastPlace = delivery.place;
      this.checkSoon();
    } catch (error) {
      if (await this.isStreamThere()) this.refuse(delivery, error);
      else await this.sendDirectly(delivery, error);
    } finally {
      delivery.isBusy = false;
    }
  }

  private async sendDirectly(delivery: Delivery, because: unknown): Promise<void> {
    const { direct } = this.deps;
    if (!direct) {
      this.refuse(delivery, because);
      return;
    }
    delivery.isBusy = true;
    try {
      const outcome = await direct.ingest(delivery.batch.content, delivery.batch.hash);
      this.counts.direct++;
      if (this.waiting.delete(delivery)) delivery.resolve(outcome);
    } catch (error) {
      this.refuse(delivery, error);
    } finally {
      delivery.isBusy = false;
    }
  }

  /** One that may still be in the stream waits on; any other is the caller's again. */
  private refuse(delivery: Delivery, error: unknown): void {
    if (delivery.place !== null && !delivery.isLost) {
      this.lookLater(delivery);
      this.checkSoon();
    } else if (this.waiting.delete(delivery)) delivery.reject(error);
  }

  /** A stream that answers and takes nothing is full: the outbox is where clicks then wait. */
  private async isStreamThere(): Promise<boolean> {
    if (!this.lastPlace) return false;
    try {
      await this.deps.stream.has(this.lastPlace);
      return true;
    } catch {
      return false;
    }
  }

  private checkSoon(ms = this.databaseAway ? POLL_AWAY_MS : POLL_MS): void {
    if (this.checking) {
      this.checkAgain ||= ms === 0;
      return;
    }
    if (this.callOff) {
      if (ms > 0) return;
      this.callOff();
    }
    this.callOff = this.deps.after(ms, () => {
      this.callOff = null;
      void this.check();
    });
  }

  private async check(): Promise<void> {
    if (this.waiting.size === 0) return;
    this.checking = true;
    this.checkAgain = false;
    const asked = [...this.waiting];
    const looked = await this.lookInStream(asked);
    try {
      const edges = await this.deps.confirmations.committed([...new Set(asked.map(({ batch }) => batch.edgeId))]);
      this.databaseAway = false;
      const byId = new Map(edges.map((edge) => [edge.edgeId, edge]));
      for (const delivery of asked) {
        const { edgeId, firstSeq, lastSeq } = delivery.batch;
        const edge = byId.get(edgeId);
        if (edge && coversSeqs(edge, firstSeq, lastSeq)) this.confirm(delivery);
      }
      for (const delivery of looked.gone) if (this.waiting.has(delivery)) this.sendAgain(delivery);
      for (const delivery of asked) {
        if (this.waiting.has(delivery) && delivery.place === null && !delivery.isBusy && !this.isHeldBack(delivery))
          void this.send(delivery);
      }
    } catch {
      this.databaseAway = true;
    }
    for (const delivery of looked.unknown) {
      if (this.waiting.has(delivery) && !this.databaseAway) void this.sendDirectly(delivery, null);
    }
    this.checking = false;
    if (this.waiting.size > 0) this.checkSoon(this.checkAgain ? 0 : undefined);
  }

  /** Of those whose time has come: which the stream no longer has, and of which it does not say. */
  private async lookInStream(deliveries: readonly Delivery[]): Promise<{ gone: Delivery[]; unknown: Delivery[] }> {
    const { stream, now } = this.deps;
    const looked = { gone: [] as Delivery[], unknown: [] as Delivery[] };
    const due = deliveries.filter(({ place, lookAt, isBusy }) => place !== null && !isBusy && lookAt <= now());
    await Promise.all(
      due.map(async (delivery) => {
        this.lookLater(delivery);
        try {
          if (delivery.place && !(await stream.has(delivery.place))) looked.gone.push(delivery);
        } catch {
          looked.unknown.push(delivery);
        }
      }),
    );
    return looked;
  }

  private lookLater(delivery: Delivery): void {
    delivery.lookMs = Math.min(delivery.lookMs * 2, LOOK_MS.most);
    delivery.lookAt = this.deps.now() + delivery.lookMs;
  }

  private sendAgain(delivery: Delivery): void {
    this.counts.resent++;
    delivery.isLost = true;
    void this.send(delivery);
  }

  private isHeldBack({ batch, startedAt }: Delivery): boolean {
    return this.deps.isHeldElsewhere(batch.edgeId) && this.deps.now() - startedAt < HELD_BACK_MS;
  }

  private confirm(delivery: Delivery): void {
    if (!this.waiting.delete(delivery)) return;
    const { firstSeq, lastSeq } = delivery.batch;
    delivery.resolve({
      result: 'committed',
      committed: lastSeq - firstSeq + 1,
      discarded: 0,
      dead: 0,
      eventIds: [0, 0],
    });
  }
}
