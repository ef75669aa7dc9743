import type { ReplicaLag, ReplicaLags } from '../../links/replica-lag.ts';
import type { Ask, Statement } from './questions.ts';

/** For each edge one step into the index of `link_changes`. */
const LAGS: Statement = {
  name: 'replica_lags',
  text: `SELECT e.edge_id AS "edgeId",
      CASE WHEN e.applied_epoch = i.feed_epoch THEN greatest(0, head.seq - e.applied_seq) END AS "changesBehind",
      CASE WHEN e.applied_epoch = i.feed_epoch THEN
        coalesce(greatest(0, extract(epoch FROM clock_timestamp() - next.at)), 0)::float8 END AS "lagSeconds"
    FROM edges e CROSS JOIN installation i
    CROSS JOIN (SELECT coalesce(max(seq), 0) AS seq FROM link_changes) head
    LEFT JOIN LATERAL (SELECT at FROM link_changes WHERE seq > e.applied_seq ORDER BY seq LIMIT 1) next ON true`,
};

/** Lags by the table `edges`, in which each edge reports how far it is, and the feed itself. */
export class PostgresReplicaLags implements ReplicaLags {
  constructor(private readonly ask: Ask) {}

  list(): Promise<ReplicaLag[]> {
    return this.ask<ReplicaLag>(LAGS, []);
  }
}
