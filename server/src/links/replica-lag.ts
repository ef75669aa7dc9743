/** How far an edge's replica is behind the change feed, by what the edge last reported. */
export interface ReplicaLag {
  edgeId: string;
  /** Changes that it has not applied; null where it has yet to take a snapshot of this feed. At most this many: the feed's numbers have gaps. */
  changesBehind: number | null;
  /** Age of the oldest of them; 0 for none, null as above. */
  lagSeconds: number | null;
}

/** Replica lags of every edge that is registered. */
export interface ReplicaLags {
  /** Shape: in no order. Errors: `unavailable`. */
  list(): Promise<ReplicaLag[]>;
}
