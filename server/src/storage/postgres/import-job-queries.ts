import type { Selectable } from 'kysely';
import type {
  ImportedRow,
  ImportJob,
  ImportJobQueries,
  ImportOutcome,
  ImportPreview,
} from '../../links/import-jobs.ts';
import type { LinkId } from '../../links/link.ts';
import type { ReadContext } from './context.ts';
import { anyId } from './ids.ts';
import type { ImportJobTable } from './schema.ts';

/** Reads of import jobs. */
export class PostgresImportJobQueries implements ImportJobQueries {
  constructor(private readonly ctx: ReadContext) {}

  async get(id: number): Promise<ImportJob | null> {
    const row = await this.visible().where('id', '=', anyId(id)).executeTakeFirst();
    return row ? toImportJob(row) : null;
  }

  async list({ limit, beforeId }: { limit: number; beforeId?: number }): Promise<ImportJob[]> {
    let query = this.visible().orderBy('id', 'desc').limit(limit);
    if (beforeId !== undefined) query = query.where('id', '<', anyId(beforeId));
    return (await query.execute()).map(toImportJob);
  }

  async nextWork(): Promise<ImportJob | null> {
    const row = await this.ctx.db
      .selectFrom('import_jobs')
      .selectAll()
      .where('state', 'in', ['running', 'undoing', 'deleting'])
      .orderBy('id')
      .limit(1)
      .executeTakeFirst();
    return row ? toImportJob(row) : null;
  }

  async rows(
    id: number,
    { outcome, afterRow, limit }: { outcome?: ImportOutcome; afterRow: number; limit: number },
  ): Promise<ImportedRow[]> {
    let query = this.ctx.db
      .selectFrom('import_rows')
      .select(['row', 'outcome', 'link_id', 'reason'])
      .where('job_id', '=', anyId(id))
      .where('row', '>', anyId(afterRow))
      .orderBy('row')
      .limit(limit);
    if (outcome !== undefined) query = query.where('outcome', '=', outcome);
    const rows = await query.execute();
    return rows.map(({ link_id, ...row }) => ({ ...row, linkId: link_id as LinkId | null }));
  }

  async file(id: number): Promise<Uint8Array> {
    const parts = await this.ctx.db
      .selectFrom('import_files')
      .select('bytes')
      .where('job_id', '=', anyId(id))
      .orderBy('part')
      .execute();
    return new Uint8Array(Buffer.concat(parts.map(({ bytes }) => bytes)));
  }

  private visible() {
    return this.ctx.db.selectFrom('import_jobs').selectAll().where('state', '<>', 'deleting');
  }
}

export function toImportJob(row: Selectable<ImportJobTable>): ImportJob {
  return {
    id: row.id,
    state: row.state,
    fileName: row.file_name,
    preview: row.preview === null ? null : (JSON.parse(row.preview) as ImportPreview),
    processed: row.processed,
    created: row.created,
    skipped: row.skipped,
    failed: row.failed,
    undone: row.undone,
    failure: row.failure,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}
