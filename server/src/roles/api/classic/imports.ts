import { setImmediate } from 'node:timers/promises';
import { LIMITS } from '@waymark/contract';
import { classicBundledFile } from '@waymark/contract/classic';
import { asObject, isJsonType, mediaType, readBytes } from '../../../http/body.ts';
import { type CsvRow, readCsv } from '../../../http/csv.ts';
import { parseJson } from '../../../http/json-value.ts';
import { filePart } from '../../../http/multipart.ts';
import { validate } from '../../../http/validate.ts';
import { checkDestination } from '../../../links/destination.ts';
import {
  IMPORT_COLUMNS,
  type ParsedRow,
  parseEventRow,
  parseLinkRow,
  parseUserRow,
} from '../../../links/import-parser.ts';
import { IMPORT_ROWS_MAX, type ImportCommands, type ImportRowResult } from '../../../links/import-rows.ts';
import { AppError } from '../../../platform/app-error.ts';
import { readSampleFile } from '../../../platform/sample-data.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiContext } from '../env.ts';
import { writeOf } from './request.ts';
import type { ClassicHandler, ClassicRoutes } from './routes.ts';

/** Rows named one by one in an answer; the numbers beside them are exact. */
const NAMED_ROWS_MAX = 1000;

/** Rows read before other requests get their turn; a thousandth of a second's work. */
const ROWS_AT_ONCE = 250;

/** How the rows of one kind of file are read and written. */
interface ImportKind<T> {
  columns: readonly string[];
  parse(row: number, record: Readonly<Record<string, string>>): ParsedRow<T>;
  write(commands: ImportCommands, rows: T[]): Promise<ImportRowResult[]>;
}

export function addImportRoutes(routes: ClassicRoutes, deps: ApiDeps): void {
  const destination = (url: string) => checkDestination(url, deps.isOwnHost);
  routes.write(
    'POST',
    '/users/bulk',
    importFile(deps, {
      columns: IMPORT_COLUMNS.users,
      parse: parseUserRow,
      write: (commands, rows) => commands.users(rows),
    }),
  );
  routes.write(
    'POST',
    '/urls/import',
    importFile(deps, {
      columns: IMPORT_COLUMNS.urls,
      parse: (row, record) => parseLinkRow(row, record, destination),
      write: async (commands, rows) => {
        while (await deps.write().imports.makeRoom(rows));
        return commands.links(rows);
      },
    }),
  );
  routes.write(
    'POST',
    '/events/bulk',
    importFile(deps, {
      columns: IMPORT_COLUMNS.events,
      parse: parseEventRow,
      write: (commands, rows) => commands.events(rows),
    }),
  );
}

function importFile<T>(deps: ApiDeps, kind: ImportKind<T>): ClassicHandler {
  return async (c) => {
    const { body, csv, rowsMax } = await readUpload(c);
    const report = new ImportReport();
    let chunk: T[] = [];
    let chunks = 0;
    const flush = async () => {
      const { imports } = writeOf(c, deps, body, `#${chunks++}`);
      report.add(await kind.write(imports, chunk));
      chunk = [];
    };
    for (const row of firstRows(readCsv(csv, kind.columns), rowsMax)) {
      const parsed = 'error' in row ? { ok: false as const, error: row } : kind.parse(row.row, row.record);
      if (parsed.ok) chunk.push(parsed.value);
      else report.refuse(parsed.error);
      if (chunk.length === IMPORT_ROWS_MAX) await flush();
      // Redirects are answered on this thread: a large file is never read in one go, however bad its rows.
      else if (row.row % ROWS_AT_ONCE === 0) await setImmediate();
    }
    if (chunk.length > 0) await flush();
    return c.json(report.answer(), 201);
  };
}

function* firstRows(rows: Iterable<CsvRow>, max: number): Generator<CsvRow> {
  let count = 0;
  for (const row of rows) {
    if (count++ === max) return;
    yield row;
  }
}

interface Upload {
  body: Uint8Array;
  csv: Uint8Array;
  rowsMax: number;
}

/** A file as multipart part `file`, as a text/csv body, or by its name in the bundled data set. */
async function readUpload(c: ApiContext): Promise<Upload> {
  const request = c.req.raw;
  const type = mediaType(request.headers);
  if (isJsonType(type)) {
    const body = await readBytes(request, LIMITS.bodyBytesMax);
    const { file, row_count } = validate(classicBundledFile, asObject(parseJson(body)));
    return { body, csv: await bundled(file), rowsMax: row_count ?? Number.POSITIVE_INFINITY };
  }
  if (type === 'multipart/form-data') {
    const body = new Uint8Array(await readBytes(request, LIMITS.uploadBytesMax));
    const csv = await filePart(body, request.headers.get('content-type') ?? '', 'file');
    return { body, csv, rowsMax: Number.POSITIVE_INFINITY };
  }
  if (type === 'text/csv') {
    const body = await readBytes(request, LIMITS.uploadBytesMax);
    return { body, csv: body, rowsMax: Number.POSITIVE_INFINITY };
  }
  const message = 'Send a file as multipart/form-data (part "file"), as text/csv, or name one in application/json';
  throw new AppError('unsupported_content_type', message);
}

async function bundled(name: string): Promise<Uint8Array> {
  const content = await readSampleFile(name);
  if (content === null) {
    throw new AppError('not_found', 'File not found', { details: [{ field: 'file', message: 'is no bundled file' }] });
  }
  return content;
}

/** What became of the rows of one file. */
class ImportReport {
  private readonly counts = { created: 0, updated: 0, skipped: 0, error: 0 };
  private readonly errors: { row: number; error: string }[] = [];
  private readonly warnings: { row: number; warning: string }[] = [];

  refuse({ row, error }: { row: number; error: string }): void {
    this.counts.error++;
    if (this.errors.length < NAMED_ROWS_MAX) this.errors.push({ row, error });
  }

  add(results: ImportRowResult[]): void {
    for (const { row, outcome, message } of results) {
      if (outcome === 'error') {
        this.refuse({ row, error: message ?? 'was refused' });
        continue;
      }
      this.counts[outcome]++;
      if (message !== undefined && this.warnings.length < NAMED_ROWS_MAX) this.warnings.push({ row, warning: message });
    }
  }

  /** `count` is every data row read; `failed` those of them in `errors`, which names the first 1,000. */
  answer() {
    const { created, updated, skipped, error } = this.counts;
    const count = created + updated + skipped + error;
    const errors = this.errors.toSorted((a, b) => a.row - b.row);
    return { count, imported: count, created, updated, skipped, failed: error, warnings: this.warnings, errors };
  }
}
