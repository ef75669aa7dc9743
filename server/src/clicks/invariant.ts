import type { EdgeProgress } from './ingest.ts';

/** Where the clicks of one edge stand. */
export interface EdgeClicks {
  edgeId: string;
  /** Seqs that its outbox has given out, as last known here. */
  accepted: number;
  /** Of those, how many the database accounts for. */
  accounted: number;
  committed: number;
  discarded: number;
  dead: number;
}

export interface InvariantFigures {
  accepted: number;
  committed: number;
  discarded: number;
  dead: number;
  inFlight: number;
}

/** An edge of which no more is known than what the database has. */
export function pastEdge({ edgeId, committed, discarded, dead }: EdgeProgress): EdgeClicks {
  const accounted = committed + discarded + dead;
  return { edgeId, accepted: accounted, accounted, committed, discarded, dead };
}

/** accepted = committed + discarded + dead + in flight, over every edge id that this installation has known. */
export function invariant(edges: readonly EdgeClicks[]): InvariantFigures {
  const figures = { accepted: 0, committed: 0, discarded: 0, dead: 0, inFlight: 0 };
  for (const { accepted, accounted, committed, discarded, dead } of edges) {
    // What an edge last said of itself may be older than what the database has of it.
    figures.accepted += Math.max(accepted, accounted);
    figures.inFlight += Math.max(0, accepted - accounted);
    figures.committed += committed;
    figures.discarded += discarded;
    figures.dead += dead;
  }
  return figures;
}

/** Clicks that are accounted for nowhere; anything but 0 is a fault. */
export function unaccounted({ accepted, committed, discarded, dead, inFlight }: InvariantFigures): number {
  return accepted - committed - discarded - dead - inFlight;
}
