import type { ImportJob as ImportJobView, ImportRow } from '@waymark/contract/v1/imports';
import type { ImportedRow, ImportJob } from '../../../links/import-jobs.ts';
import { isoTime } from './link-view.ts';

/** An import as v1 shows it. */
export function view(job: ImportJob): ImportJobView {
  const {
    columns = [],
    mapping = {},
    rowCount = 0,
    sampleRows = [],
    problems = [],
    problemCount = 0,
  } = job.preview ?? {};
  return {
    id: String(job.id),
    // One that is being deleted is not shown.
    state: job.state as ImportJobView['state'],
    fileName: job.fileName,
    columns,
    mapping,
    rowCount,
    sampleRows,
    problems,
    problemCount,
    progress: {
      processed: job.processed,
      created: job.created,
      skipped: job.skipped,
      failed: job.failed,
      undone: job.undone,
    },
    failure: job.failure,
    createdAt: isoTime(job.createdAt),
    startedAt: isoTime(job.startedAt),
    finishedAt: isoTime(job.finishedAt),
  };
}

/** What became of a row, as v1 shows it. */
export function viewRow({ row, outcome, linkId, reason }: ImportedRow): ImportRow {
  return { row, outcome, linkId: linkId === null ? null : String(linkId), reason };
}
