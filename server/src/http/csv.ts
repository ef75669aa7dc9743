import { AppError, invalidField } from '../platform/app-error.ts';

/** A data row by column, or why it can't be read. `row` counts data rows from 1; empty lines are no rows. */
export type CsvRow = { row: number; record: Readonly<Record<string, string>> } | { row: number; error: string };

type CsvRecord = { fields: string[] } | { error: string };

/** Quotes never closed that are survived in one file; each costs a look through the rest of it. */
const RECOVERIES_MAX = 20;

/**
 * The rows of a CSV file with a header. Byte order mark, any line ends, quotes, any order and case of columns are read;
 * columns not asked for are left out. A broken row is told and the next line goes on: nothing is lost in silence, which
 * csv-parse would do after a misplaced quote.
 * Errors: `invalid_request` (field `file`) where it is no UTF-8, has no header row or lacks a column.  Source: RFC 4180.
 */
export function readCsv(bytes: Uint8Array, columns: readonly string[]): Iterable<CsvRow> {
  const records = csvRecords(decode(bytes));
  const header = records.next();
  if (header.done) throw invalidField('file', 'has no header row');
  if ('error' in header.value) throw invalidField('file', `has a broken header row: ${header.value.error}`);
  const names = header.value.fields.map((name) => name.trim().toLowerCase());
  const places = columns.map((column) => ({ column, index: names.indexOf(column) }));
  const missing = places.filter(({ index }) => index === -1).map(({ column }) => column);
  if (missing.length > 0) throw invalidField('file', `lacks the columns ${missing.join(', ')}`);
  const twice = columns.find((column) => names.indexOf(column) !== names.lastIndexOf(column));
  if (twice !== undefined) throw invalidField('file', `has the column ${twice} twice`);
  return dataRows(records, places, names.length);
}

function* dataRows(
  records: Iterable<CsvRecord>,
  places: { column: string; index: number }[],
  width: number,
): Generator<CsvRow> {
  let row = 0;
  for (const record of records) {
    row++;
    if ('error' in record) {
      yield { row, error: record.error };
    } else if (record.fields.slice(width).some((field) => field.trim() !== '')) {
      yield { row, error: `has ${record.fields.length} values for ${width} columns` };
    } else {
      const named = places.map(({ column, index }) => [column, record.fields[index] ?? ''] as const);
      yield { row, record: Object.fromEntries(named) };
    }
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('invalid_request', 'file: is not UTF-8 text', {
      details: [{ field: 'file', message: 'is not UTF-8 text' }],
      cause,
    });
  }
}

/** Records of a CSV text, empty lines left out. Values as they stand, blanks around them included unless quoted. */
export function* csvRecords(text: string): Generator<CsvRecord, undefined> {
  let at = 0;
  let recoveries = 0;
  while (at < text.length) {
    const { record, next } = recordAt(text, at);
    if ('unclosed' in record) {
      recoveries++;
      yield { error: 'a quote is never closed' };
      at = recoveries > RECOVERIES_MAX ? text.length : next;
    } else {
      if (!('fields' in record) || record.fields.length > 1 || record.fields[0]?.trim() !== '') yield record;
      at = next;
    }
  }
}

const LINE_END = /\r\n|\n|\r|$/g;
const BLANKS = /[ \t]*/y;
const UNQUOTED = /[^,\r\n]*/y;

/** One record and where the next one starts. */
function recordAt(text: string, start: number): { record: CsvRecord | { unclosed: true }; next: number } {
  const fields: string[] = [];
  let at = start;
  for (;;) {
    const first = at + match(BLANKS, text, at).length;
    if (text[first] === '"') {
      const quoted = quotedAt(text, first);
      if (quoted === null) return { record: { unclosed: true }, next: afterLine(text, first) };
      fields.push(quoted.value);
      at = quoted.end + match(BLANKS, text, quoted.end).length;
    } else {
      const value = match(UNQUOTED, text, at);
      fields.push(value);
      at += value.length;
    }
    const sign = text[at];
    if (sign === ',') {
      at++;
    } else if (sign === undefined || sign === '\n' || sign === '\r') {
      return { record: { fields }, next: afterLine(text, at) };
    } else {
      return { record: { error: 'a value goes on after its closing quote' }, next: afterLine(text, at) };
    }
  }
}

/** The value of a quoted field and where it ends, or null where no quote closes it. */
function quotedAt(text: string, start: number): { value: string; end: number } | null {
  let value = '';
  for (let from = start + 1; ; ) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return null;
    if (text[quote + 1] !== '"') return { value: value + text.slice(from, quote), end: quote + 1 };
    value += text.slice(from, quote + 1);
    from = quote + 2;
  }
}

function afterLine(text: string, at: number): number {
  LINE_END.lastIndex = at;
  const end = LINE_END.exec(text);
  return end === null || end[0] === '' ? text.length : end.index + end[0].length;
}

function match(sticky: RegExp, text: string, at: number): string {
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0] ?? '';
}
