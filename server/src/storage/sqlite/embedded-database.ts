import type { Database } from 'bun:sqlite';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE } from './database.ts';

/** What the main thread asks its own read-only connection, besides looking up links. */
export class EmbeddedDatabase {
  constructor(
    private readonly sqlite: Database,
    private readonly dataDir: string,
  ) {}

  /** Seqs of that edge up to this one are in the database. */
  committedSeq(edgeId: string): number {
    return (
      this.sqlite
        .query<{ watermark: number }, [string]>('SELECT watermark FROM ingest_edges WHERE edge_id = ?')
        .get(edgeId)?.watermark ?? 0
    );
  }

  edges(): { edgeId: string; watermark: number; committed: number; discarded: number; dead: number }[] {
    return this.sqlite
      .query<{ edge_id: string; watermark: number; committed: number; discarded: number; dead: number }, []>(
        'SELECT edge_id, watermark, committed, discarded, dead FROM ingest_edges ORDER BY edge_id',
      )
      .all()
      .map(({ edge_id, ...counts }) => ({ edgeId: edge_id, ...counts }));
  }

  /** Live links. */
  linkCount(): number {
    return (
      this.sqlite.query<{ n: number }, []>(`SELECT n FROM counters WHERE kind = 'links' AND key = ''`).get()?.n ?? 0
    );
  }

  /** Bytes by file. */
  sizes(): Record<string, number> {
    const sizes: Record<string, number> = {};
    for (const name of [DATABASE_FILE, `${DATABASE_FILE}-wal`]) {
      sizes[name] = statSync(join(this.dataDir, name), { throwIfNoEntry: false })?.size ?? 0;
    }
    return sizes;
  }
}
