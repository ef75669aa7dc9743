import { setTimeout as pause, setImmediate } from 'node:timers/promises';
import { IMPORT_JOB_LIMITS, type ImportJob, type ImportStep } from '../../../links/import-jobs.ts';
import { AppError } from '../../../platform/app-error.ts';
import type { ApiDeps } from '../deps.ts';
import { openImportFile, ROWS_AT_ONCE } from './import-file.ts';
import { rowReader } from './import-row.ts';

const RETRY_MS = 2000;

/** The database is away, and will be back. */
const PASSING: ReadonlySet<string> = new Set(['unavailable', 'query_timeout']);
/** Somebody has undone or deleted the job meanwhile: what comes next is in its state. */
const BY_A_PERSON: ReadonlySet<string> = new Set(['conflict', 'not_found']);

type RunnerDeps = Pick<ApiDeps, 'write' | 'isOwnHost' | 'logger'> & { queries: Pick<ApiDeps['queries'], 'importJobs'> };

/**
 * Works off import jobs, oldest first, one step at a time. What has been done is in the database with each step, so a job
 * goes on where it was after any stop, and no row is written twice.
 */
export class ImportRunner {
  private loop: Promise<void> | null = null;
  private woken = false;
  private readonly stopping = new AbortController();

  constructor(private readonly deps: RunnerDeps) {}

  /** Looks for work, now or after what is being worked on. */
  wake(): void {
    this.woken = true;
    if (this.stopping.signal.aborted) return;
    this.loop ??= this.run().finally(() => {
      this.loop = null;
      if (this.woken) this.wake();
    });
  }

  /** Ends after the step that is under way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  private get stopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async run(): Promise<void> {
    const { importJobs } = this.deps.queries;
    while (this.woken && !this.stopped) {
      this.woken = false;
      try {
        await this.deps.write().importJobs.expire();
        for (let job = await importJobs.nextWork(); job && !this.stopped; job = await importJobs.nextWork()) {
          await this.work(job);
        }
      } catch (err) {
        if (this.stopped) return;
        this.woken = true;
        this.deps.logger.warn({ err }, 'import jobs wait for the database');
        await pause(RETRY_MS, undefined, { signal: this.stopping.signal }).catch(() => {});
      }
    }
  }

  /** Errors: rejects where the database is away; the job is as it was. */
  private async work(job: ImportJob): Promise<void> {
    const jobs = this.deps.write().importJobs;
    try {
      if (job.state === 'running') await this.importRows(job);
      else if (job.state === 'undoing') await jobs.undoStep(job.id);
      else await jobs.removeStep(job.id);
    } catch (error) {
      if (this.stopped) return;
      if (error instanceof AppError && PASSING.has(error.code)) throw error;
      if (!(error instanceof AppError && BY_A_PERSON.has(error.code))) {
        this.deps.logger.error({ err: error, importId: job.id }, 'an import failed');
        if (job.state !== 'running') throw error;
        await jobs.fail(job.id, 'Internal error');
      }
    }
  }

  private async importRows(job: ImportJob): Promise<void> {
    const jobs = this.deps.write().importJobs;
    const { columns, rows } = openImportFile(await this.deps.queries.importJobs.file(job.id));
    const read = rowReader(columns, job.preview?.mapping ?? {}, this.deps.isOwnHost);
    let steps: ImportStep[] = [];
    for (const row of rows()) {
      if (row.row % ROWS_AT_ONCE === 0) await setImmediate();
      if (row.row <= job.processed) continue;
      steps.push(read(row));
      if (steps.length < IMPORT_JOB_LIMITS.rowsPerStep) continue;
      await jobs.step(job.id, steps, false);
      if (this.stopped) return;
      steps = [];
    }
    await jobs.step(job.id, steps, true);
  }
}
