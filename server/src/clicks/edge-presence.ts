import type { Clock } from '../platform/clock.ts';
import { type EdgeRegistry, type EdgeReport, IN_TOUCH_MS } from './edge-registry.ts';

export interface EdgePresenceDeps {
  registry: EdgeRegistry;
  edgeId: string;
  bootId: string;
  /** Host and process, for people. */
  name: string;
  version: string;
  /** What is to be said of this edge just now. */
  figures(): Pick<EdgeReport, 'acceptedSeq' | 'dropped' | 'outboxBytes' | 'appliedEpoch' | 'appliedSeq'>;
  /** The edge id has passed to another process: go on under a fresh one, and say so by `use`. */
  passed(edgeId: string): void;
  /** Which of the ids that are watched another process may hold. */
  heldElsewhere(edgeIds: readonly string[]): void;
  /** Another process goes on renewing an id that this outbox brought along: a cloned disk. Once for each id. */
  alarm(edgeId: string): void;
  now: Clock;
}

interface Watched {
  /** By the database's clock; null before the first look. */
  seenAt: number | null;
  /** By ours: since when it has not been seen renewed. */
  quietSince: number;
  isRenewed: boolean;
}

/**
 * This process in the registry of edges: takes its edge id, keeps its hold on it and reports. An id that another process
 * held at the start is watched: left alone it was that of a process that died, renewed it is that of a clone.
 */
export class EdgePresence {
  private edgeId: string;
  private isHeld = false;
  private reporting: Promise<void> | null = null;
  private reportAgain = false;
  private readonly watched = new Map<string, Watched>();

  constructor(private readonly deps: EdgePresenceDeps) {
    this.edgeId = deps.edgeId;
  }

  /** Whether this process may seal under its id, as of now. Errors: `unavailable`. */
  async register(): Promise<boolean> {
    const { registry, bootId, name, version } = this.deps;
    this.isHeld = await registry.register({ edgeId: this.edgeId, bootId, name, version });
    return this.isHeld;
  }

  /** Goes on under a fresh id; the one before, where another process holds it, is watched. */
  use(edgeId: string, { watchFormer }: { watchFormer: boolean }): void {
    if (watchFormer) {
      this.watched.set(this.edgeId, { seenAt: null, quietSince: this.deps.now(), isRenewed: false });
      this.tellHeld();
    }
    this.edgeId = edgeId;
    this.isHeld = false;
  }

  /** Reports, one report at a time: a call during one brings one more after it. Errors: `unavailable`. */
  report(): Promise<void> {
    if (this.reporting) {
      this.reportAgain = true;
      return this.reporting;
    }
    const run = async () => {
      try {
        do {
          this.reportAgain = false;
          await this.reportOnce();
        } while (this.reportAgain);
      } finally {
        this.reporting = null;
      }
    };
    this.reporting = run();
    return this.reporting;
  }

  /** Lets go of the id. Errors: `unavailable`. */
  async release(): Promise<void> {
    if (this.isHeld) await this.deps.registry.release(this.edgeId, this.deps.bootId);
  }

  private async reportOnce(): Promise<void> {
    const { registry, bootId, figures } = this.deps;
    const { edgeId } = this;
    if (!this.isHeld && !(await this.register())) {
      this.deps.passed(edgeId);
      return;
    }
    const isOurs = await registry.report({ edgeId, bootId, ...figures() });
    // A registry that was put back to before this edge does not know it: asked again, it takes it.
    if (!isOurs && edgeId === this.edgeId && !(await this.register())) this.deps.passed(edgeId);
    if (this.watched.size > 0) await this.watch();
  }

  private async watch(): Promise<void> {
    const { registry, now } = this.deps;
    const known = new Map((await registry.list()).map((edge) => [edge.edgeId, edge]));
    const before = this.watched.size;
    for (const [edgeId, watched] of this.watched) {
      const edge = known.get(edgeId);
      if (!edge || edge.stopped) {
        this.watched.delete(edgeId);
        continue;
      }
      if (watched.seenAt !== null && edge.seenAt > watched.seenAt) {
        watched.quietSince = now();
        if (!watched.isRenewed) this.deps.alarm(edgeId);
        watched.isRenewed = true;
      }
      watched.seenAt = edge.seenAt;
      if (now() - watched.quietSince > IN_TOUCH_MS) this.watched.delete(edgeId);
    }
    if (this.watched.size !== before) this.tellHeld();
  }

  private tellHeld(): void {
    this.deps.heldElsewhere([...this.watched.keys()]);
  }
}
