import type { EdgeProgress } from '../../clicks/ingest.ts';
import type { Ask, Statement } from './questions.ts';

const PROGRESS: Statement = {
  name: 'edge_progress',
  text: 'SELECT edge_id AS "edgeId", watermark, committed, discarded, dead FROM ingest_edges ORDER BY edge_id',
};

/** What the database has counted of each edge. */
export class PostgresEdgeProgress {
  constructor(private readonly ask: Ask) {}

  /** Errors: `unavailable`. */
  edges(): Promise<EdgeProgress[]> {
    return this.ask<EdgeProgress>(PROGRESS, []);
  }
}
