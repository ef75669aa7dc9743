import { LIMITS } from '@waymark/contract';
import {
  importJobSchema,
  importListQuerySchema,
  importPageSchema,
  importPatchSchema,
  importRowPageSchema,
  importRowsQuerySchema,
  importUploadQuerySchema,
} from '@waymark/contract/v1/imports';
import { mediaType } from '../../../http/body.ts';
import { filePart } from '../../../http/multipart.ts';
import { IMPORT_JOB_LIMITS, type ImportJob, type ImportMapping } from '../../../links/import-jobs.ts';
import { AppError, invalidField } from '../../../platform/app-error.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiContext } from '../env.ts';
import { cutPage, decodeCursor, isPositiveId } from './cursor.ts';
import { guessMapping, openImportFile, previewImport } from './import-file.ts';
import { view, viewRow } from './import-view.ts';
import { json, type V1Routes } from './routes.ts';

const TAG = 'Imports';
const ABOUT =
  'A CSV file with a header, at most 10 MiB. Nothing is written before the import is started; columns are recognised by their names and can be mapped.';

/** Links out of files: upload, look, start, watch, undo. */
export function addImportRoutes(v1: V1Routes, deps: ApiDeps): void {
  const changed = (job: ImportJob): Response => {
    deps.importJobs.wake();
    return json(view(job));
  };

  v1.add(
    {
      method: 'post',
      path: '/v1/imports',
      tag: TAG,
      summary: 'Upload a file of links',
      description: ABOUT,
      scope: 'write',
      query: importUploadQuerySchema,
      upload: ['multipart/form-data', 'text/csv'],
      success: { status: 201, description: 'What is in it', schema: importJobSchema, headers: ['Location'] },
      errors: ['conflict'],
    },
    async ({ c, bytes, query, write }) => {
      const content = await fileOf(c, bytes);
      const file = openImportFile(content);
      const preview = await previewImport(file, guessMapping(file.columns), deps.isOwnHost);
      const { importJobs } = deps.write();
      // Jobs that have waited too long make room for new ones.
      await importJobs.expire();
      const kept = await write().importJobs.create({ fileName: query.fileName ?? null });
      let job = (await deps.queries.importJobs.get(kept.id)) ?? kept;
      // An upload that is repeated goes on where the first one broke off.
      if (job.state === 'uploading') {
        const { partBytes } = IMPORT_JOB_LIMITS;
        for (let part = 0; part * partBytes < content.byteLength; part++) {
          await importJobs.putPart(job.id, part, content.slice(part * partBytes, (part + 1) * partBytes));
        }
        job = await importJobs.setPreview(job.id, preview);
      }
      deps.importJobs.wake();
      return json(view(job), 201, { Location: `/api/v1/imports/${job.id}` });
    },
  );

  v1.add(
    {
      method: 'get',
      path: '/v1/imports',
      tag: TAG,
      summary: 'List imports',
      description: `Newest first. One that waits is deleted after ${IMPORT_JOB_LIMITS.waitingDays * 24} hours, one that has ended after ${IMPORT_JOB_LIMITS.endedDays} days.`,
      scope: 'read',
      query: importListQuerySchema,
      success: { status: 200, description: 'One page of imports', schema: importPageSchema },
    },
    async ({ query: { limit, cursor } }) => {
      const position = decodeCursor<[number]>(cursor, (parts) => parts.length === 1 && isPositiveId(parts[0]));
      const page = { limit: limit + 1, ...(position && { beforeId: position[0] }) };
      return json(cutPage(await deps.queries.importJobs.list(page), limit, view, (job) => [job.id]));
    },
  );

  v1.add(
    {
      method: 'get',
      path: '/v1/imports/{id}',
      tag: TAG,
      summary: 'Get an import',
      description: 'With its progress.',
      scope: 'read',
      success: { status: 200, description: 'The import', schema: importJobSchema },
    },
    async ({ id }) => json(view(await find(id))),
  );

  v1.add(
    {
      method: 'patch',
      path: '/v1/imports/{id}',
      tag: TAG,
      summary: 'Map the columns of an import',
      description: 'Before it is started. The file is looked through again.',
      scope: 'write',
      body: importPatchSchema,
      success: { status: 200, description: 'The import as it would be now', schema: importJobSchema },
      errors: ['conflict'],
    },
    async ({ id, body }) => {
      const job = await find(id);
      if (job.state !== 'preview' || job.preview === null) throw notWaiting();
      const mapping = mapped(job.preview.mapping, body.mapping, job.preview.columns);
      const file = openImportFile(await deps.queries.importJobs.file(id));
      const preview = await previewImport(file, mapping, deps.isOwnHost);
      return json(view(await deps.write().importJobs.setPreview(id, preview)));
    },
  );

  v1.add(
    {
      method: 'post',
      path: '/v1/imports/{id}/start',
      tag: TAG,
      summary: 'Start an import',
      description:
        'It goes on by itself, after a restart of the server too, and no row is written twice. Rows with problems are left out, a code that is taken is skipped.',
      scope: 'write',
      success: { status: 200, description: 'The import', schema: importJobSchema },
      errors: ['conflict'],
    },
    async ({ id, write }) => {
      const job = await find(id);
      if (job.state === 'preview' && job.preview?.mapping.url === undefined) {
        throw invalidField('mapping.url', 'must name the column of the destinations');
      }
      return changed(await write().importJobs.start(id));
    },
  );

  v1.add(
    {
      method: 'get',
      path: '/v1/imports/{id}/rows',
      tag: TAG,
      summary: 'What became of each row',
      description: 'In the order of the file, as far as it has been worked on.',
      scope: 'read',
      query: importRowsQuerySchema,
      success: { status: 200, description: 'One page of rows', schema: importRowPageSchema },
    },
    async ({ id, query: { limit, cursor, outcome } }) => {
      await find(id);
      const position = decodeCursor<[number]>(cursor, (parts) => parts.length === 1 && isPositiveId(parts[0]));
      const page = { afterRow: position?.[0] ?? 0, limit: limit + 1, ...(outcome !== undefined && { outcome }) };
      return json(cutPage(await deps.queries.importJobs.rows(id, page), limit, viewRow, ({ row }) => [row]));
    },
  );

  v1.add(
    {
      method: 'post',
      path: '/v1/imports/{id}/undo',
      tag: TAG,
      summary: 'Undo an import',
      description: `Stops it where it runs, and deletes every link it has created, changed ones too; each can be restored for ${LIMITS.restoreDays} days.`,
      scope: 'write',
      success: { status: 200, description: 'The import', schema: importJobSchema },
      errors: ['conflict'],
    },
    async ({ id, write }) => changed(await write().importJobs.undo(id)),
  );

  v1.add(
    {
      method: 'delete',
      path: '/v1/imports/{id}',
      tag: TAG,
      summary: 'Delete an import',
      description: 'Its file and report. Links that it has created stay.',
      scope: 'write',
      success: { status: 204, description: 'Deleted' },
      errors: ['conflict'],
    },
    async ({ id, write }) => {
      await write().importJobs.delete(id);
      deps.importJobs.wake();
      return new Response(null, { status: 204 });
    },
  );

  async function find(id: number): Promise<ImportJob> {
    const job = await deps.queries.importJobs.get(id);
    if (!job) throw new AppError('not_found', 'Import not found');
    return job;
  }
}

async function fileOf(c: ApiContext, bytes: Uint8Array): Promise<Uint8Array> {
  const type = c.req.header('content-type') ?? '';
  const content =
    mediaType(c.req.raw.headers) === 'multipart/form-data'
      ? await filePart(new Uint8Array(bytes), type, 'file')
      : bytes;
  if (content.byteLength > LIMITS.uploadBytesMax) {
    throw new AppError('body_too_large', `The file is over ${LIMITS.uploadBytesMax} bytes`);
  }
  return content;
}

/** The mapping after a change. Errors: `invalid_request` naming a field whose column the file doesn't have. */
function mapped(
  before: ImportMapping,
  change: Partial<Record<keyof ImportMapping, string | null | undefined>>,
  columns: readonly string[],
): ImportMapping {
  const after: ImportMapping = { ...before };
  for (const [name, column] of Object.entries(change)) {
    const field = name as keyof ImportMapping;
    if (column === undefined) continue;
    if (column === null) delete after[field];
    else if (columns.includes(column)) after[field] = column;
    else throw invalidField(`mapping.${field}`, 'is no column of the file');
  }
  return after;
}

function notWaiting(): AppError {
  return new AppError('conflict', 'The import is no longer waiting to be started');
}
