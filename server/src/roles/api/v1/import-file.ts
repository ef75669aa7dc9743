import { setImmediate } from 'node:timers/promises';
import { csvRecords } from '../../../http/csv.ts';
import { IMPORT_FIELDS, type ImportField, type ImportMapping, type ImportPreview } from '../../../links/import-jobs.ts';
import { invalidField } from '../../../platform/app-error.ts';
import { type FileRow, rowReader } from './import-row.ts';

/** Rows read before other requests get their turn. */
export const ROWS_AT_ONCE = 250;
const COLUMNS_MAX = 100;
const NAME_LENGTH_MAX = 100;
const SAMPLE_ROWS = 10;
const SAMPLE_LENGTH_MAX = 300;
const PROBLEMS_MAX = 100;

/** Names under which other services export a field; letters and digits alone, in lower case. */
const KNOWN_NAMES: Record<ImportField, readonly string[]> = {
  url: ['url', 'originalurl', 'destination', 'destinationurl', 'longurl', 'target', 'targeturl', 'link'],
  code: ['code', 'shortcode', 'alias', 'slug', 'keyword', 'backhalf', 'customalias', 'custombackhalf', 'path'],
  title: ['title', 'name', 'description'],
  active: ['active', 'isactive', 'enabled', 'status'],
  expiresAt: ['expiresat', 'expires', 'expiry', 'expirydate', 'expirationdate', 'validuntil'],
  redirectStatus: ['redirectstatus', 'redirecttype', 'httpstatus', 'statuscode'],
};

/** A CSV file whose first record names its columns. */
export interface ImportFile {
  columns: string[];
  /** Data rows from 1; empty lines are none. */
  rows(): Iterable<FileRow>;
}

/** Errors: `invalid_request` naming `file` where it is no UTF-8 text or has no header. */
export function openImportFile(bytes: Uint8Array): ImportFile {
  const text = decode(bytes);
  const header = csvRecords(text).next();
  if (header.done) throw invalidField('file', 'has no header row');
  if ('error' in header.value) throw invalidField('file', `has a broken header row: ${header.value.error}`);
  const { fields } = header.value;
  if (fields.length > COLUMNS_MAX) throw invalidField('file', `has more than ${COLUMNS_MAX} columns`);
  return { columns: columnNames(fields), rows: () => dataRows(text, fields.length) };
}

function decode(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalidField('file', 'is not UTF-8 text');
  }
  if (text.includes('\0')) throw invalidField('file', 'has characters that cannot be stored');
  return text;
}

/** Every column under a name of its own. */
function columnNames(fields: readonly string[]): string[] {
  const names: string[] = [];
  for (const [index, field] of fields.entries()) {
    const name = [...field.trim()].slice(0, NAME_LENGTH_MAX).join('') || `column ${index + 1}`;
    let unique = name;
    for (let copy = 2; names.includes(unique); copy++) unique = `${name} (${copy})`;
    names.push(unique);
  }
  return names;
}

function* dataRows(text: string, width: number): Generator<FileRow> {
  let row = -1;
  for (const record of csvRecords(text)) {
    row++;
    if (row === 0) continue;
    if ('error' in record) yield { row, error: record.error };
    else if (record.fields.slice(width).some((field) => field.trim() !== '')) {
      yield { row, error: `has ${record.fields.length} values for ${width} columns` };
    } else yield { row, values: record.fields };
  }
}

/** The columns whose names say what they are. */
export function guessMapping(columns: readonly string[]): ImportMapping {
  const plain = columns.map((column) => column.toLowerCase().replace(/[^a-z0-9]/g, ''));
  const mapping: ImportMapping = {};
  for (const field of IMPORT_FIELDS) {
    for (const name of KNOWN_NAMES[field]) {
      const column = columns[plain.indexOf(name)];
      if (column !== undefined && mapping[field] === undefined) mapping[field] = column;
    }
  }
  return mapping;
}

/** Looks through a whole file without writing anything. */
export async function previewImport(
  { columns, rows }: ImportFile,
  mapping: ImportMapping,
  isOwnHost: (host: string) => boolean,
): Promise<ImportPreview> {
  const read = rowReader(columns, mapping, isOwnHost);
  const preview: ImportPreview = { columns, mapping, rowCount: 0, sampleRows: [], problems: [], problemCount: 0 };
  const codes = new Map<string, number>();
  const problem = (row: number, message: string) => {
    preview.problemCount++;
    if (preview.problems.length < PROBLEMS_MAX) preview.problems.push({ row, message });
  };
  for (const given of rows()) {
    const { row } = given;
    preview.rowCount = row;
    if ('values' in given && preview.sampleRows.length < SAMPLE_ROWS) preview.sampleRows.push(sample(given, columns));
    const step = read(given);
    if ('error' in step) problem(row, step.error);
    else if (step.link.code !== null) {
      const before = codes.get(step.link.code);
      if (before === undefined) codes.set(step.link.code, row);
      else problem(row, `code: is that of row ${before}`);
    }
    if (row % ROWS_AT_ONCE === 0) await setImmediate();
  }
  return preview;
}

function sample({ row, values }: { row: number; values: readonly string[] }, columns: readonly string[]) {
  const shown = columns.map((column, index) => [
    column,
    (values[index] ?? '').slice(0, SAMPLE_LENGTH_MAX).toWellFormed(),
  ]);
  return { row, values: Object.fromEntries(shown) as Record<string, string> };
}
