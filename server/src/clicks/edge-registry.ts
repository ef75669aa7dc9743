/** What an edge says of itself. `acceptedSeq`: of its outbox; `appliedSeq`: up to where its replica follows the change feed. */
export interface EdgeReport {
  edgeId: string;
  bootId: string;
  acceptedSeq: number;
  dropped: number;
  outboxBytes: number;
  appliedEpoch: string;
  appliedSeq: number;
}

/** An edge as the database knows it. Times in epoch ms UTC by the database's clock. */
export interface KnownEdge extends Omit<EdgeReport, 'bootId'> {
  /** Host and process, for people. */
  name: string;
  version: string;
  startedAt: number;
  seenAt: number;
  /** Seen within IN_TOUCH_MS and not stopped. */
  inTouch: boolean;
  stopped: boolean;
}

/** An edge that was not seen for this long is out of touch: nobody waits for it. */
export const IN_TOUCH_MS = 3000;
/** How often an edge reports, and how long its hold on an edge id lasts beyond its last report. */
export const REPORT_MS = 1000;
export const LEASE_MS = 10_000;

/** Who holds which edge id, and how far each edge is. */
export interface EdgeRegistry {
  /**
   * Takes an edge id for a process. False where another process holds it (its lease has not run out): the caller must not
   * seal anything under this id. Errors: `unavailable`.
   */
  register(edge: { edgeId: string; bootId: string; name: string; version: string }): Promise<boolean>;
  /** Reports and renews the lease. False where the id has passed to another process. Errors: `unavailable`. */
  report(report: EdgeReport): Promise<boolean>;
  /** Lets go of the id: the next start need not wait for the lease. Errors: `unavailable`. */
  release(edgeId: string, bootId: string): Promise<void>;
  /** Every edge ever registered, those seen last first; at most 1,000. Errors: `unavailable`. */
  list(): Promise<KnownEdge[]>;
}
