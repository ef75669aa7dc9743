import type { EdgeProgress } from './ingest.ts';

/** Where one edge's clicks stand, and what the database has of every edge. */
export interface ClickProgress {
  edgeId: string;
  accepted: number;
  committedSeq: number;
  edges: EdgeProgress[];
}

export interface InvariantFigures {
  accepted: number;
  committed: number;
  discarded: number;
  dead: number;
  inFlight: number;
}

/** accepted = committed + discarded + dead + in flight, over every edge id that this installation has known. */
export function invariant({ edgeId, accepted, committedSeq, edges }: ClickProgress): InvariantFigures {
  const sum = (pick: (edge: EdgeProgress) => number) => edges.reduce((total, edge) => total + pick(edge), 0);
  const others = edges.filter((edge) => edge.edgeId !== edgeId);
  const acceptedElsewhere = others.reduce((total, edge) => total + edge.committed + edge.discarded + edge.dead, 0);
  const own = edges.find((edge) => edge.edgeId === edgeId);
  return {
    accepted: accepted + acceptedElsewhere,
    committed: sum((edge) => edge.committed),
    discarded: sum((edge) => edge.discarded),
    dead: sum((edge) => edge.dead),
    inFlight: accepted - Math.max(committedSeq, own?.watermark ?? 0),
  };
}

/** Clicks that are accounted for nowhere; anything but 0 is a fault. */
export function unaccounted({ accepted, committed, discarded, dead, inFlight }: InvariantFigures): number {
  return accepted - committed - discarded - dead - inFlight;
}
