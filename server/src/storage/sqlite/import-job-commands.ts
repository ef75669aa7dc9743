import type { Selectable, Updateable } from 'kysely';
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
import type { LinkCommands, LinkId } from '../../links/store.ts';
import { AppError } from '../../platform/app-error.ts';
import { DAY_MS } from '../../platform/clock.ts';
import type { WriteContext } from './context.ts';
import { toImportJob } from './import-job-queries.ts';
import type { ImportJobTable } from './schema.ts';

/** Links that one step of undoing deletes, and rows that one step of removal does. */
const UNDO_LINKS_MAX = 50;
const REMOVED_ROWS_MAX = 2000;

type Links = Pick<LinkCommands, 'createMany' | 'delete'>;

/** Changes of import jobs on the one writing connection; links are made and deleted in the same transaction. */
export class SqliteImportJobCommands implements ImportJobCommands {
  constructor(
    private readonly ctx: WriteContext,
    private readonly links: Links,
  ) {}

  async create({ fileName }: { fileName: string | null }): Promise<ImportJob> {
    const { db } = this.ctx;
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
    const results = made.values();
    const counts = { created: job.created, skipped: job.skipped, failed: job.failed };
    for (const step of steps) {
      const result: ImportedRow = { row: step.row, outcome: 'error', linkId: null, reason: null };
      const link = 'link' in step ? results.next().value : undefined;
      if (link === undefined) result.reason = 'error' in step ? step.error : 'was not answered';
      else if (link.ok) Object.assign(result, { outcome: 'created', linkId: link.value.id });
      else Object.assign(result, { outcome: link.code === 'code_taken' ? 'skipped' : 'error', reason: link.message });
      if (result.outcome === 'created') counts.created++;
      else if (result.outcome === 'skipped') counts.skipped++;
      else counts.failed++;
      await this.note(id, result);
    }
    if (finish) await this.dropFile(id);
    return this.update(id, {
      ...counts,
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
    for (const { row, link_id } of rows) {
      const reason = link_id === null || (await this.bury(link_id)) ? null : 'was deleted before';
      await this.note(id, { row, outcome: 'undone', linkId: link_id as LinkId | null, reason });
    }
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
      .where('id', '=', id)
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
    const rows = await db
      .selectFrom('import_rows')
      .select('row')
      .where('job_id', '=', id)
      .orderBy('row')
      .limit(REMOVED_ROWS_MAX)
      .execute();
    const last = rows.at(-1);
    if (last) await db.deleteFrom('import_rows').where('job_id', '=', id).where('row', '<=', last.row).execute();
    if (rows.length === REMOVED_ROWS_MAX) return true;
    await db.deleteFrom('import_jobs').where('id', '=', id).where('state', '=', 'deleting').execute();
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

  /** Whether the link was live. */
  private async bury(linkId: number): Promise<boolean> {
    try {
      await this.links.delete(linkId, null);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'not_found') return false;
      throw error;
    }
  }

  private async note(id: number, { row, outcome, linkId, reason }: ImportedRow): Promise<void> {
    const known = { outcome, link_id: linkId, reason };
    await this.ctx.db
      .insertInto('import_rows')
      .values({ job_id: id, row, ...known })
      .onConflict((conflict) => conflict.columns(['job_id', 'row']).doUpdateSet(known))
      .execute();
  }

  private async dropFile(id: number): Promise<void> {
    await this.ctx.db.deleteFrom('import_files').where('job_id', '=', id).execute();
  }

  private async inState(id: number, states: ImportState[]): Promise<Selectable<ImportJobTable>> {
    const job = await this.ctx.db.selectFrom('import_jobs').selectAll().where('id', '=', id).executeTakeFirst();
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
