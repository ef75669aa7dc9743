import type { WaymarkClient } from '@waymark/contract/client';
import type { BulkOutcome } from '@waymark/contract/v1/link-bulk';
import { Failure } from '../failure.ts';
import { type Chunk, chunksOf } from './chunks.ts';
import type { ImportFile } from './import-file.ts';
import { type ImportProgress, progressPath, readProgress, removeProgress, writeProgress } from './progress-file.ts';
import { RefusedReport, type RefusedRow } from './refused-report.ts';
import { sendChunk } from './send.ts';

export interface ImportRun {
  file: ImportFile;
  /** Address of the server. */
  server: string;
  client: WaymarkClient;
  reportPath: string;
  /** Forget how far an earlier run of the same file came. */
  restart: boolean;
  signal: AbortSignal;
  onProgress(done: number, total: number): Promise<void>;
}

export interface ImportResult {
  rows: number;
  created: number;
  refused: number;
  /** Rows that an earlier run had done. */
  resumedAfter: number;
  /** Null where every row went in. */
  report: string | null;
}

/** How long the server answers a repeated request as it did the first. */
const REPEATABLE_MS = 24 * 3_600_000;

/**
 * Sends the rows chunk by chunk, and keeps beside the file how far it came: after any end the same call goes on there,
 * and no row goes in twice. Errors: Failure where an earlier run does not fit; as the client's calls; what is done stays.
 */
export async function importLinks(run: ImportRun): Promise<ImportResult> {
  const { file, client, signal } = run;
  const progress = startOrResume(run);
  const resumedAfter = progress.rowsDone;
  const chunks = chunksOf(file.rows);
  const report = new RefusedReport(run.reportPath, file.header, progress.reportBytes);
  try {
    writeProgress(file.path, progress);
    await run.onProgress(progress.rowsDone, file.rows.length);
    for (const chunk of chunks.slice(progress.chunksDone)) {
      signal.throwIfAborted();
      const { created, refused } = await sendRows(client, chunk, `${progress.runId}-${chunk.index}`, signal);
      for (const each of refused) report.add(each, file.rows[each.row - 1]?.fields ?? []);
      progress.chunksDone = chunk.index + 1;
      progress.rowsDone = chunk.lastRow;
      progress.created += created;
      progress.refused += refused.length;
      progress.reportBytes = report.bytes;
      progress.at = new Date().toISOString();
      writeProgress(file.path, progress);
      await run.onProgress(progress.rowsDone, file.rows.length);
    }
  } finally {
    report.close();
  }
  removeProgress(file.path);
  const { created, refused } = progress;
  return { rows: file.rows.length, created, refused, resumedAfter, report: refused > 0 ? run.reportPath : null };
}

async function sendRows(
  client: WaymarkClient,
  chunk: Chunk,
  key: string,
  signal: AbortSignal,
): Promise<{ created: number; refused: RefusedRow[] }> {
  const result = chunk.send.length === 0 ? null : await sendChunk(client, chunk, key, signal);
  const refused = [...chunk.refused];
  for (const outcome of result?.create ?? []) {
    const row = chunk.send[outcome.index]?.row;
    if (outcome.error !== null && row !== undefined) refused.push({ row, problem: problemOf(outcome) });
  }
  refused.sort((one, other) => one.row - other.row);
  return { created: result?.succeeded ?? 0, refused };
}

function problemOf({ error }: BulkOutcome): string {
  return error === null ? '' : error.message;
}

/** Errors: Failure. */
function startOrResume({ file, server, restart }: ImportRun): ImportProgress {
  const mapping = JSON.stringify(file.mapping);
  const earlier = restart ? null : readProgress(file.path);
  if (earlier === null) {
    return {
      format: 1,
      sha256: file.sha256,
      mapping,
      server,
      runId: `import-${crypto.randomUUID()}`,
      chunksDone: 0,
      rowsDone: 0,
      created: 0,
      refused: 0,
      reportBytes: 0,
      at: new Date().toISOString(),
    };
  }
  const stopped = (why: string) =>
    new Failure(
      'failed',
      `an import of this file stopped after row ${earlier.rowsDone}, and ${why}`,
      `--restart begins anew: rows up to ${earlier.rowsDone} are then sent again. Or remove ${progressPath(file.path)}.`,
    );
  if (earlier.sha256 !== file.sha256) throw stopped('the file has changed since');
  if (earlier.mapping !== mapping) throw stopped('it read the columns in another way');
  if (earlier.server !== server) throw stopped(`it went to ${earlier.server}`);
  if (Date.now() - Date.parse(earlier.at) > REPEATABLE_MS)
    throw stopped('more than a day has passed: whether the rows it was sending went in is not known any more');
  return earlier;
}
