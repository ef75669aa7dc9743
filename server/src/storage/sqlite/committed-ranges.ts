import type { Database } from 'bun:sqlite';
import { addRange, type EdgeRanges } from '../outbox/seq-ranges.ts';

/** Which seqs of which edge the database has: up to each edge's watermark, and the batches above it. */
export function readCommitted(db: Database): EdgeRanges {
  const committed: EdgeRanges = new Map();
  const edges = db
    .query<{ edge_id: string; watermark: number }, []>('SELECT edge_id, watermark FROM ingest_edges')
    .all();
  for (const { edge_id, watermark } of edges) addRange(committed, edge_id, 1, watermark);
  const above = db
    .query<{ edge_id: string; first_seq: number; last_seq: number }, []>(
      `SELECT edge_id, first_seq, last_seq FROM ingest_batches JOIN ingest_edges USING (edge_id)
       WHERE last_seq > watermark ORDER BY edge_id, first_seq`,
    )
    .all();
  for (const { edge_id, first_seq, last_seq } of above) addRange(committed, edge_id, first_seq, last_seq);
  return committed;
}
