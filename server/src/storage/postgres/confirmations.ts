import type { CommittedSeqs, Confirmations } from '../../clicks/confirmations.ts';
import type { Ask, Statement } from './questions.ts';

/** @NOTE A batch above the watermark begins above it, so the primary key leads straight to those few. */
const COMMITTED: Statement = {
  name: 'edge_committed',
  text: `SELECT asked.edge_id, coalesce(e.watermark, 0) AS watermark, b.first_seq, b.last_seq
    FROM unnest($1::text[]) WITH ORDINALITY AS asked (edge_id, place)
    LEFT JOIN ingest_edges e ON e.edge_id = asked.edge_id
    LEFT JOIN ingest_batches b ON b.edge_id = asked.edge_id AND b.first_seq > coalesce(e.watermark, 0)
    ORDER BY asked.place, b.first_seq`,
};

interface Row {
  edge_id: string;
  watermark: number;
  first_seq: number | null;
  last_seq: number | null;
}

/** What ingest has committed, from its own tables: one question for all edges together. */
export class PostgresConfirmations implements Confirmations {
  constructor(private readonly ask: Ask) {}

  async committed(edgeIds: readonly string[]): Promise<CommittedSeqs[]> {
    if (edgeIds.length === 0) return [];
    const edges = new Map<string, CommittedSeqs>();
    for (const { edge_id, watermark, first_seq, last_seq } of await this.ask<Row>(COMMITTED, [edgeIds])) {
      const edge = edges.get(edge_id) ?? { edgeId: edge_id, watermark, ranges: [] };
      if (first_seq !== null && last_seq !== null) edge.ranges.push([first_seq, last_seq]);
      edges.set(edge_id, edge);
    }
    return edgeIds.map((edgeId) => edges.get(edgeId) ?? { edgeId, watermark: 0, ranges: [] });
  }
}
