import type { Clock } from '../platform/clock.ts';
import type { EdgeRegistry, KnownEdge } from './edge-registry.ts';

/** How old a look at the registry may be. Reports come every second, so a newer one knows little more. */
const FRESH_MS = 1000;

/** The registry as of a moment ago, read once for all who ask. */
export class EdgesInTouch {
  private edges: KnownEdge[] = [];
  private readAt = Number.NEGATIVE_INFINITY;
  private reading: Promise<KnownEdge[]> | null = null;

  constructor(
    private readonly registry: Pick<EdgeRegistry, 'list'>,
    private readonly now: Clock,
  ) {}

  /** Edges that are in touch, as of `withinMs` ago at most. Errors: `unavailable`. */
  async inTouch(withinMs = FRESH_MS): Promise<KnownEdge[]> {
    return (await this.list(withinMs)).filter(({ inTouch }) => inTouch);
  }

  /** All edges, as of `withinMs` ago at most. Errors: `unavailable`. */
  async list(withinMs = FRESH_MS): Promise<KnownEdge[]> {
    if (this.now() - this.readAt < withinMs) return this.edges;
    this.reading ??= this.read();
    return this.reading;
  }

  private async read(): Promise<KnownEdge[]> {
    const begun = this.now();
    try {
      this.edges = await this.registry.list();
      this.readAt = begun;
      return this.edges;
    } finally {
      this.reading = null;
    }
  }
}
