import {
  type EdgeRegistry,
  type EdgeReport,
  IN_TOUCH_MS,
  type KnownEdge,
  LEASE_MS,
} from '../../clicks/edge-registry.ts';
import type { Ask, Statement } from './questions.ts';

const EDGES_LISTED_MAX = 1000;

/** Milliseconds as an interval. */
const ms = (value: number) => `interval '${value} milliseconds'`;

const REGISTER: Statement = {
  name: 'edge_register',
  text: `INSERT INTO edges (edge_id, boot_id, name, version, lease_until)
    VALUES ($1, $2, $3, $4, clock_timestamp() + ${ms(LEASE_MS)})
    ON CONFLICT (edge_id) DO UPDATE SET boot_id = excluded.boot_id, name = excluded.name, version = excluded.version,
      started_at = clock_timestamp(), seen_at = clock_timestamp(), lease_until = excluded.lease_until, stopped = false
      WHERE edges.boot_id = excluded.boot_id OR edges.stopped OR edges.lease_until < clock_timestamp()
    RETURNING edge_id`,
};

const REPORT: Statement = {
  name: 'edge_report',
  text: `UPDATE edges SET seen_at = clock_timestamp(), lease_until = clock_timestamp() + ${ms(LEASE_MS)}, stopped = false,
      accepted_seq = $3, dropped = $4, outbox_bytes = $5, applied_epoch = $6, applied_seq = $7
    WHERE edge_id = $1 AND boot_id = $2 RETURNING edge_id`,
};

const RELEASE: Statement = {
  name: 'edge_release',
  text: `UPDATE edges SET stopped = true, lease_until = clock_timestamp() WHERE edge_id = $1 AND boot_id = $2`,
};

const LIST: Statement = {
  name: 'edge_list',
  text: `SELECT edge_id, name, version, stopped, accepted_seq, dropped, outbox_bytes, applied_epoch, applied_seq,
      floor(extract(epoch FROM started_at) * 1000) AS started_at, floor(extract(epoch FROM seen_at) * 1000) AS seen_at,
      NOT stopped AND seen_at > clock_timestamp() - ${ms(IN_TOUCH_MS)} AS in_touch
    FROM edges ORDER BY edges.seen_at DESC, edge_id LIMIT ${EDGES_LISTED_MAX}`,
};

interface EdgeRow {
  edge_id: string;
  name: string;
  version: string;
  stopped: boolean;
  accepted_seq: number;
  dropped: number;
  outbox_bytes: number;
  applied_epoch: string;
  applied_seq: number;
  started_at: number;
  seen_at: number;
  in_touch: boolean;
}

/** Edges in the table `edges`. Every time is the database's own, so clocks of edges don't matter. */
export class PostgresEdgeRegistry implements EdgeRegistry {
  constructor(private readonly ask: Ask) {}

  async register(edge: { edgeId: string; bootId: string; name: string; version: string }): Promise<boolean> {
    const rows = await this.ask(REGISTER, [edge.edgeId, edge.bootId, edge.name, edge.version]);
    return rows.length > 0;
  }

  async report(report: EdgeReport): Promise<boolean> {
    const { edgeId, bootId, acceptedSeq, dropped, outboxBytes, appliedEpoch, appliedSeq } = report;
    const values = [edgeId, bootId, acceptedSeq, dropped, outboxBytes, appliedEpoch, appliedSeq];
    return (await this.ask(REPORT, values)).length > 0;
  }

  async release(edgeId: string, bootId: string): Promise<void> {
    await this.ask(RELEASE, [edgeId, bootId]);
  }

  async list(): Promise<KnownEdge[]> {
    return (await this.ask<EdgeRow>(LIST, [])).map((row) => ({
      edgeId: row.edge_id,
      name: row.name,
      version: row.version,
      startedAt: row.started_at,
      seenAt: row.seen_at,
      inTouch: row.in_touch,
      stopped: row.stopped,
      acceptedSeq: row.accepted_seq,
      dropped: row.dropped,
      outboxBytes: row.outbox_bytes,
      appliedEpoch: row.applied_epoch,
      appliedSeq: row.applied_seq,
    }));
  }
}
