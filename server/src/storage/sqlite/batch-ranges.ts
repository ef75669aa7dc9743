import type { Database } from 'bun:sqlite';
import type { ClickBatch } from '../../clicks/batch.ts';
import type { EdgeProgress, IngestOutcome } from '../../clicks/ingest.ts';

/** What the database knows of a batch's range. `afterSeq`: clicks up to it are committed already, 0 for none. */
export type Standing = 'committed' | 'conflict' | { afterSeq: number };

/**
 * Which seqs of which edge are in the database: a contiguous watermark, and the batches above it.
 * Only together with the rows themselves, in one transaction, is this what makes a click count once.
 */
export class BatchRanges {
  private readonly edge;
  private readonly batch;
  private readonly overlap;
  private readonly insert;
  private readonly follow;
  private readonly advance;

  constructor(private readonly sqlite: Database) {
    this.edge = sqlite.prepare<{ watermark: number }, [string]>('SELECT watermark FROM ingest_edges WHERE edge_id = ?');
    this.batch = sqlite.prepare<{ last_seq: number; hash: string }, [string, number]>(
      'SELECT last_seq, hash FROM ingest_batches WHERE edge_id = ? AND first_seq = ?',
    );
    this.overlap = sqlite.prepare<{ first_seq: number }, [string, number, number]>(
      'SELECT first_seq FROM ingest_batches WHERE edge_id = ? AND first_seq <= ? AND last_seq >= ? LIMIT 1',
    );
    this.insert = sqlite.prepare<null, [string, number, number, string, number]>(
      'INSERT INTO ingest_batches (edge_id, first_seq, last_seq, hash, committed_at) VALUES (?, ?, ?, ?, ?)',
    );
    this.follow = sqlite.prepare<{ last_seq: number }, [string, number]>(
      'SELECT last_seq FROM ingest_batches WHERE edge_id = ? AND first_seq = ?',
    );
    this.advance = sqlite.prepare<null, [string, number, number, number, number, number]>(
      `INSERT INTO ingest_edges (edge_id, watermark, committed, discarded, dead, updated_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (edge_id) DO UPDATE SET watermark = max(watermark, excluded.watermark), committed = committed + excluded.committed,
         discarded = discarded + excluded.discarded, dead = dead + excluded.dead, updated_at = excluded.updated_at`,
    );
  }

  standing({ edgeId, firstSeq, lastSeq }: ClickBatch, hash: string): Standing {
    const watermark = this.edge.get(edgeId)?.watermark ?? 0;
    const same = this.batch.get(edgeId, firstSeq);
    if (same && same.last_seq === lastSeq) return same.hash === hash ? 'committed' : 'conflict';
    if (lastSeq <= watermark) return 'committed';
    // Cut anew after its seal was lost: what is below the watermark is done, the rest was never seen.
    if (firstSeq <= watermark) return { afterSeq: watermark };
    return this.overlap.get(edgeId, lastSeq, firstSeq) ? 'conflict' : { afterSeq: 0 };
  }

  record(
    batch: Pick<ClickBatch, 'edgeId' | 'firstSeq' | 'lastSeq'>,
    hash: string,
    outcome: Pick<IngestOutcome, 'committed' | 'discarded' | 'dead'>,
    now: number,
  ): void {
    const { edgeId, lastSeq } = batch;
    const before = this.edge.get(edgeId)?.watermark ?? 0;
    const firstSeq = Math.max(batch.firstSeq, before + 1);
    const contiguous = batch.firstSeq <= before + 1;
    this.insert.run(edgeId, firstSeq, lastSeq, hash, now);
    let watermark = contiguous ? lastSeq : before;
    for (let next = this.follow.get(edgeId, watermark + 1); next; next = this.follow.get(edgeId, watermark + 1)) {
      watermark = next.last_seq;
    }
    this.advance.run(edgeId, watermark, outcome.committed, outcome.discarded, outcome.dead, now);
  }

  /**
   * Counts the seqs of a range that no batch has as dead. Returns how many those are; none where part of them lies in
   * batches above the watermark, since which part can't be told from the range.
   */
  giveUp(edgeId: string, firstSeq: number, lastSeq: number, now: number): number {
    const from = Math.max(firstSeq, (this.edge.get(edgeId)?.watermark ?? 0) + 1);
    if (from > lastSeq || this.overlap.get(edgeId, lastSeq, from)) return 0;
    const dead = lastSeq - from + 1;
    const nothing = { committed: 0, discarded: 0, dead };
    this.record({ edgeId, firstSeq: from, lastSeq }, '', nothing, now);
    return dead;
  }

  progress(): EdgeProgress[] {
    return this.sqlite
      .query<{ edge_id: string; watermark: number; committed: number; discarded: number; dead: number }, []>(
        'SELECT edge_id, watermark, committed, discarded, dead FROM ingest_edges ORDER BY edge_id',
      )
      .all()
      .map(({ edge_id, ...counts }) => ({ edgeId: edge_id, ...counts }));
  }
}
