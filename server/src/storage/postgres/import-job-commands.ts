import { type Selectable, sql, type Updateable } from 'kysely';
import {
  IMPORT_JOB_LIMITS,
  IMPORT_STATE_WORDS,
  type ImportedRow,
  type ImportJob,
  type ImportJobCommands,
  type ImportPreview,
  type ImportState,
  type ImportStep,
} from '../../links/import-jobs.ts';
import type { BulkResult, LinkCommands, LinkId, LinkWithCounts } from '../../links/store.ts';
import { AppError } from '../../platform/app-error.ts';
import { DAY_MS } from '../../platform/clock.ts';
import type { WriteContext } from './context.ts';
import { anyId } from './ids.ts';
import { toImportJob } from './import-job-queries.ts';
import { LOCKS } from './locks.ts';
import type { ImportJobTable } from './schema.ts';

/** Links that one step of undoing deletes, and rows that one step of removal does. */
const UNDO_LINKS_MAX = 50;
const REMOVED_ROWS_MAX = 2000;

type Links = Pick<LinkCommands, 'createMany' | 'bulk'>;

/**
 * Changes of import jobs within one transaction, which makes and deletes their links too. A job's row is locked by whoever
 * works on it, so servers that work on the same job take turns.
 */
export class PostgresImportJobCommands implements ImportJobCommands {
  constructor(
    private readonly ctx: WriteContext,
    private readonly links: Links,
  ) {}

  async create({ fileName }: { fileName: string | null }): Promise<ImportJob> {
    const { db } = this.ctx;
    await sql`SELECT pg_advisory_xact_lock(${LOCKS.importQueue}::bigint)`.execute(db);
    const waiting = await db
      .selectFrom('import_jobs')
      .select('id')
      .where('state', 'in', ['uploading', 'preview'])
      .limit(IMPORT_JOB_LIMITS.waitingMax)
      .execute();
    if (waiting.length === IMPORT_JOB_LIMITS.waitingMax) {
      throw new AppError('conflict', `${waiting.length} imports wait to be started: start or delete one`);
    }
    const row = await db
      .insertInto('import_jobs')
      .values({
        state: 'uploading',
        file_name: fileName,
        preview: null,
        failure: null,
        created_at: this.ctx.now(),
        started_at: null,
        finished_at: null,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return toImportJob(row);
  }

  async putPart(id: number, part: number, bytes: Uint8Array): Promise<void> {
    await this.inState(id, ['uploading']);
    await this.ctx.db
      .insertInto('import_files')
      .values({ job_id: id, part, bytes })
      .onConflict((conflict) => conflict.columns(['job_id', 'part']).doUpdateSet({ bytes }))
      .execute();
  }

  async setPreview(id: number, preview: ImportPreview): Promise<ImportJob> {
    await this.inState(id, ['uploading', 'preview']);
    return this.update(id, { state: 'preview', preview: JSON.stringify(preview) });
  }

  async start(id: number): Promise<ImportJob> {
    await this.inState(id, ['preview']);
    return this.update(id, { state: 'running', started_at: this.ctx.now() });
  }

  async step(id: number, steps: ImportStep[], finish: boolean): Promise<ImportJob> {
    const job = await this.inState(id, ['running']);
    if (steps.some(({ row }, index) => row !== job.processed + index + 1)) {
      throw new AppError('conflict', 'These rows are not the next ones of the import');
    }
    const made = await this.links.createMany(steps.flatMap((step) => ('link' in step ? [step.link] : [])));
    const links = made.values();
    const rows = steps.map((step) => importedRow(step, 'link' in step ? links.next().value : undefined));
    await this.note(id, rows);
    if (finish) await this.dropFile(id);
    const count = (wanted: ImportedRow['outcome']) => rows.filter(({ outcome }) => outcome === wanted).length;
    return this.update(id, {
      created: job.created + count('created'),
      skipped: job.skipped + count('skipped'),
      failed: job.failed + count('error'),
      processed: job.processed + steps.length,
      ...(finish && { state: 'done' as const, finished_at: this.ctx.now() }),
    });
  }

  async undo(id: number): Promise<ImportJob> {
    await this.inState(id, ['running', 'done', 'failed']);
    await this.dropFile(id);
    return this.update(id, { state: 'undoing', finished_at: null });
  }

  async undoStep(id: number): Promise<ImportJob> {
    const job = await this.inState(id, ['undoing']);
    const rows = await this.ctx.db
      .selectFrom('import_rows')
      .select(['row', 'link_id'])
      .where('job_id', '=', id)
      .where('outcome', '=', 'created')
      .orderBy('row')
      .limit(UNDO_LINKS_MAX)
      .execute();
    const ids = rows.flatMap(({ link_id }) => link_id ?? []);
    const { deletes } = await this.links.bulk({ creates: [], updates: [], deletes: ids, restores: [] });
    const wasLive = new Map(ids.map((link, index) => [link, deletes[index]?.ok === true]));
    const undone = rows.map(({ row, link_id }): ImportedRow => {
      const reason = link_id === null || wasLive.get(link_id) ? null : 'was deleted before';
      return { row, outcome: 'undone', linkId: link_id as LinkId | null, reason };
    });
    await this.note(id, undone);
    const isLast = rows.length < UNDO_LINKS_MAX;
    return this.update(id, {
      undone: job.undone + rows.length,
      ...(isLast && { state: 'undone' as const, finished_at: this.ctx.now() }),
    });
  }

  async fail(id: number, reason: string): Promise<void> {
    const { numUpdatedRows } = await this.ctx.db
      .updateTable('import_jobs')
      .set({ state: 'failed', failure: reason, finished_at: this.ctx.now() })
      .where('id', '=', anyId(id))
      .where('state', '=', 'running')
      .executeTakeFirstOrThrow();
    if (numUpdatedRows > 0) await this.dropFile(id);
  }

  async delete(id: number): Promise<void> {
    await this.inState(id, ['uploading', 'preview', 'done', 'undone', 'failed']);
    await this.update(id, { state: 'deleting' });
  }

  async removeStep(id: number): Promise<boolean> {
    const { db } = this.ctx;
    await this.dropFile(id);
    const { numAffectedRows = 0n } = await sql`
      DELETE FROM import_rows WHERE job_id = ${anyId(id)} AND row <= (
        SELECT max(row) FROM (
          SELECT row FROM import_rows WHERE job_id = ${anyId(id)} ORDER BY row LIMIT ${REMOVED_ROWS_MAX}
        ) AS first_rows)`.execute(db);
    if (Number(numAffectedRows) === REMOVED_ROWS_MAX) return true;
    await db.deleteFrom('import_jobs').where('id', '=', anyId(id)).where('state', '=', 'deleting').execute();
    return false;
  }

  async expire(): Promise<void> {
    const { waitingDays, endedDays } = IMPORT_JOB_LIMITS;
    const now = this.ctx.now();
    const hide = (states: ImportState[], column: 'created_at' | 'finished_at', days: number) =>
      this.ctx.db
        .updateTable('import_jobs')
        .set({ state: 'deleting' })
        .where('state', 'in', states)
        .where(column, '<', now - days * DAY_MS)
        .execute();
    await hide(['uploading', 'preview'], 'created_at', waitingDays);
    await hide(['done', 'undone', 'failed'], 'finished_at', endedDays);
  }

  private async note(id: number, rows: readonly ImportedRow[]): Promise<void> {
    if (rows.length === 0) return;
    await sql`
      INSERT INTO import_rows (job_id, row, outcome, link_id, reason)
      SELECT ${id}::int, * FROM unnest(${rows.map(({ row }) => row)}::int[],
        ${rows.map(({ outcome }) => outcome)}::text[], ${rows.map(({ linkId }) => linkId)}::int[],
        ${rows.map(({ reason }) => reason)}::text[])
      ON CONFLICT (job_id, row) DO UPDATE
        SET outcome = excluded.outcome, link_id = excluded.link_id, reason = excluded.reason`.execute(this.ctx.db);
  }

  private async dropFile(id: number): Promise<void> {
    await this.ctx.db.deleteFrom('import_files').where('job_id', '=', anyId(id)).execute();
  }

  private async inState(id: number, states: ImportState[]): Promise<Selectable<ImportJobTable>> {
    const job = await this.ctx.db
      .selectFrom('import_jobs')
      .selectAll()
      .where('id', '=', anyId(id))
      .forUpdate()
      .executeTakeFirst();
    if (!job || job.state === 'deleting') throw new AppError('not_found', 'Import not found');
    if (!states.includes(job.state)) throw new AppError('conflict', `The import is ${IMPORT_STATE_WORDS[job.state]}`);
    return job;
  }

  private async update(id: number, set: Updateable<ImportJobTable>): Promise<ImportJob> {
    const row = await this.ctx.db
      .updateTable('import_jobs')
      .set(set)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    if (!row) throw new AppError('not_found', 'Import not found');
    return toImportJob(row);
  }
}

function importedRow(step: ImportStep, made: BulkResult<LinkWithCounts> | undefined): ImportedRow {
  const { row } = step;
  if (made?.ok) return { row, outcome: 'created', linkId: made.value.id, reason: null };
  if (made) {
    return { row, outcome: made.code === 'code_taken' ? 'skipped' : 'error', linkId: null, reason: made.message };
  }
  return { row, outcome: 'error', linkId: null, reason: 'error' in step ? step.error : 'was not answered' };
}
