import type { After, Clock } from '../platform/clock.ts';
import type { Signals } from '../platform/signals.ts';
import type { KnownEdge } from './edge-registry.ts';
import type { EdgesInTouch } from './edges-in-touch.ts';
import type { EdgeProgress } from './ingest.ts';
import { type EdgeClicks, pastEdge } from './invariant.ts';
import { repeat } from './repeat.ts';

/** How often registry and ingest are looked at. */
const LOOK_MS = 400;
/** Listeners are told of commits at most once in this time. */
const TELL_MS = 250;
/** What is remembered of one edge's way, so that its lag can be told; every other is forgotten where there are more. */
const MARKS_MAX = 300;

export interface EdgeFiguresDeps {
  edges: EdgesInTouch;
  /** What the database has of each edge. Errors: `unavailable`. */
  progress(): Promise<EdgeProgress[]>;
  signals: Pick<Signals, 'on'>;
  now: Clock;
  after: After;
}

/** Where an edge was at some time. */
interface Mark {
  seq: number;
  at: number;
}

/**
 * Where the clicks of all edges stand, as of the last look, for whoever asks at any time. While the database is away it is
 * what it was.
 */
export class EdgeFigures {
  private edges: EdgeClicks[] = [];
  private readonly marks = new Map<string, Mark[]>();
  private readonly listeners = new Set<() => void>();
  private committed = 0;
  private toldAt = Number.NEGATIVE_INFINITY;
  private callOffTelling: (() => void) | null = null;
  private readonly stops: (() => void)[];
  /** Why the last look failed; null when it went well. */
  lastError: string | null = null;

  constructor(private readonly deps: EdgeFiguresDeps) {
    this.stops = [
      deps.signals.on('clicks_committed', () => this.tellSoon()),
      repeat(deps.after, LOOK_MS, () => this.look()),
    ];
  }

  /** Every edge that the registry or the database knows. */
  get all(): readonly EdgeClicks[] {
    return this.edges;
  }

  /**
   * Age of the oldest click of an edge in touch that is not committed, as far as reports tell; 0 for none. Of an edge that is
   * out of touch nobody knows.
   */
  lagSeconds(): number {
    const oldest = Math.min(...[...this.marks.values()].map(([first]) => first?.at ?? Number.POSITIVE_INFINITY));
    return Number.isFinite(oldest) ? Math.max(0, (this.deps.now() - oldest) / 1000) : 0;
  }

  /** Told after clicks were committed, by signal, or by the next look where that was lost. Returns how to stop listening. */
  onCommitted(listener: () => void): () => void {
    const entry = () => listener();
    this.listeners.add(entry);
    return () => this.listeners.delete(entry);
  }

  /** Looks now. Never rejects. */
  async look(): Promise<void> {
    try {
      // In this order: what an edge reported first can not be behind what the database has of it later by more than is true.
      const [known, progress] = [await this.deps.edges.list(LOOK_MS), await this.deps.progress()];
      this.take(known, new Map(progress.map((edge) => [edge.edgeId, edge])));
      this.lastError = null;
    } catch (error) {
      this.lastError = error instanceof Error ? error.message : String(error);
    }
  }

  close(): void {
    for (const stop of this.stops) stop();
    this.callOffTelling?.();
    this.listeners.clear();
  }

  private take(known: readonly KnownEdge[], progress: Map<string, EdgeProgress>): void {
    this.edges = known.map(({ edgeId, acceptedSeq }) => standing(edgeId, acceptedSeq, progress.get(edgeId)));
    const registered = new Set(known.map(({ edgeId }) => edgeId));
    for (const [edgeId, edge] of progress) if (!registered.has(edgeId)) this.edges.push(pastEdge(edge));
    for (const { edgeId, acceptedSeq, inTouch } of known) {
      if (inTouch) this.mark(edgeId, acceptedSeq, progress.get(edgeId)?.watermark ?? 0);
      else this.marks.delete(edgeId);
    }
    const committed = this.edges.reduce((sum, edge) => sum + edge.committed, 0);
    if (committed > this.committed) this.tellSoon();
    this.committed = committed;
  }

  private mark(edgeId: string, acceptedSeq: number, watermark: number): void {
    let marks = (this.marks.get(edgeId) ?? []).filter(({ seq }) => seq > watermark);
    if (acceptedSeq > Math.max(watermark, marks.at(-1)?.seq ?? 0))
      marks.push({ seq: acceptedSeq, at: this.deps.now() });
    // The oldest stays: it is what the lag is told by.
    if (marks.length > MARKS_MAX) marks = marks.filter((_, i) => i % 2 === 0);
    this.marks.set(edgeId, marks);
  }

  private tellSoon(): void {
    if (this.callOffTelling !== null || this.listeners.size === 0) return;
    const wait = this.toldAt + TELL_MS - this.deps.now();
    if (wait <= 0) {
      this.tell();
      return;
    }
    this.callOffTelling = this.deps.after(wait, () => {
      this.callOffTelling = null;
      this.tell();
    });
  }

  private tell(): void {
    this.toldAt = this.deps.now();
    for (const listener of this.listeners) listener();
  }
}

/**
 * An edge's clicks by its own report and by the database.
 * @NOTE Batches are committed out of order, so the counts may be beyond the watermark; never behind it.
 */
function standing(edgeId: string, accepted: number, progress: EdgeProgress | undefined): EdgeClicks {
  const { watermark, committed, discarded, dead } = progress ?? { watermark: 0, committed: 0, discarded: 0, dead: 0 };
  const accounted = Math.max(watermark, committed + discarded + dead);
  return { edgeId, accepted, accounted, committed, discarded, dead };
}
