import type { EdgeFigures } from './clicks/edge-figures.ts';
import type { Settle } from './clicks/settle.ts';
import type { ClickPipeline, OutboxStatus, PipelineStatus } from './roles/api/deps.ts';

/** What a process that is an edge itself knows of its own clicks at first hand. */
export interface OwnOutbox {
  outbox: OutboxStatus;
  /** Clicks that it has accepted, ever. */
  accepted: number;
  /** Age of its oldest click that is not committed; 0 for none. */
  lagSeconds: number;
  lastError: string | null;
}

/** The way of clicks over all edges of the installation. */
export class ScaledPipeline implements ClickPipeline {
  /** `own`: null where this process is no edge. */
  constructor(
    private readonly settling: Pick<Settle, 'settle'>,
    private readonly figures: EdgeFigures,
    private readonly own: (() => OwnOutbox) | null,
  ) {}

  settle(timeoutMs: number): Promise<boolean> {
    return this.settling.settle(timeoutMs);
  }

  onCommitted(listener: () => void): () => void {
    return this.figures.onCommitted(listener);
  }

  status(): PipelineStatus {
    const own = this.own?.() ?? null;
    const all = [...this.figures.all];
    if (own !== null) {
      const { edgeId } = own.outbox;
      const at = all.findIndex((edge) => edge.edgeId === edgeId);
      const known = all[at] ?? { edgeId, accepted: 0, accounted: 0, committed: 0, discarded: 0, dead: 0 };
      all.splice(at === -1 ? all.length : at, 1, { ...known, accepted: Math.max(known.accepted, own.accepted) });
    }
    return {
      outbox: own?.outbox ?? null,
      lagSeconds: Math.max(own?.lagSeconds ?? 0, this.figures.lagSeconds()),
      lastError: own?.lastError ?? this.figures.lastError,
      edges: all,
    };
  }
}
