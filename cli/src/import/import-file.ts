import { readFile } from 'node:fs/promises';
import type { LinkCreate } from '@waymark/contract/v1/links';
import { readCsvRecords } from '@waymark/server/src/commands/csv-records.ts';
import { Failure, usage } from '../failure.ts';
import { linkOf, type Mapping, mapColumns } from './mapping.ts';

/** A row of the file. `row` counts data rows from 1; `fields` is empty where the row is broken. */
export type ImportRow = { row: number; fields: string[] } & ({ link: LinkCreate } | { problem: string });

/** A CSV file of links, read and mapped. */
export interface ImportFile {
  path: string;
  /** SHA-256 of the content: another content is another import. */
  sha256: string;
  header: string[];
  mapping: Mapping;
  rows: ImportRow[];
}

/** Errors: Failure, where the file can't be read or its columns can't be told. */
export async function readImportFile(path: string, map: readonly string[]): Promise<ImportFile> {
  const content = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new Failure(
      'failed',
      `${path} can't be read: ${cause.code === 'ENOENT' ? 'there is no such file' : cause.message}`,
    );
  });
  const sha256 = new Bun.CryptoHasher('sha256').update(content).digest('hex');
  const records = readCsvRecords(decode(content, path))[Symbol.iterator]();
  const first = records.next();
  if (first.done || 'error' in first.value) throw usage(`${path} has no header row with the names of its columns`);
  const header = first.value.fields.map((name) => name.trim());
  const mapping = mapColumns(header, map);
  const rows: ImportRow[] = [];
  const codes = new Map<string, number>();
  for (let next = records.next(); !next.done; next = records.next()) {
    rows.push(readRow(rows.length + 1, next.value, header, mapping, codes));
  }
  return { path, sha256, header, mapping, rows };
}

/** `codes`: the row that each code was first seen in. */
function readRow(
  row: number,
  record: { fields: string[] } | { error: string },
  header: readonly string[],
  mapping: Mapping,
  codes: Map<string, number>,
): ImportRow {
  if ('error' in record) return { row, fields: [], problem: record.error };
  const { fields } = record;
  if (fields.slice(header.length).some((field) => field.trim() !== ''))
    return { row, fields, problem: `has ${fields.length} values for ${header.length} columns` };
  const link = linkOf(fields, mapping);
  if ('problem' in link) return { row, fields, ...link };
  if (link.code) {
    const before = codes.get(link.code);
    if (before !== undefined) return { row, fields, problem: `code: is in row ${before} already` };
    codes.set(link.code, row);
  }
  return { row, fields, link };
}

function decode(content: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw new Failure('failed', `${path} is not UTF-8 text`, 'Save it as "CSV UTF-8", or convert it with iconv.');
  }
}
