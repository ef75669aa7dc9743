import { codeProblem, LIMITS } from '@waymark/contract';
import type { ImportEventRow, ImportLinkRow, ImportUserRow } from './import-rows.ts';

/** Columns that a file of each kind must have, in any order. */
export const IMPORT_COLUMNS = {
  users: ['id', 'username', 'email', 'created_at'],
  urls: ['id', 'user_id', 'short_code', 'original_url', 'title', 'is_active', 'created_at', 'updated_at'],
  events: ['id', 'url_id', 'user_id', 'event_type', 'timestamp', 'details'],
} as const;

/** A record of a CSV file by column. */
export type ImportRecord = Readonly<Record<string, string | undefined>>;

export type ParsedRow<T> = { ok: true; value: T } | { ok: false; error: { row: number; error: string } };

/** Checks a destination; answers with the form to store, or why it can't be one. */
export type CheckDestination = (url: string) => { ok: true; url: string } | { ok: false; message: string };

/** Thrown within this file only: the first problem of a row. */
class RowProblem extends Error {}

export function parseUserRow(row: number, record: ImportRecord): ParsedRow<ImportUserRow> {
  return parsed(row, () => ({
    row,
    id: readId(record, 'id'),
    username: required(record, 'username'),
    email: required(record, 'email'),
    createdAt: readTime(record, 'created_at'),
  }));
}

export function parseLinkRow(
  row: number,
  record: ImportRecord,
  destination: CheckDestination,
): ParsedRow<ImportLinkRow> {
  return parsed(row, () => {
    const code = required(record, 'short_code');
    const problem = codeProblem(code);
    if (problem === 'reserved_code') throw new RowProblem('short_code: is reserved');
    if (problem) throw new RowProblem('short_code: must be 3 to 64 of A-Z a-z 0-9 _ - and not all digits');
    const url = destination(required(record, 'original_url'));
    if (!url.ok) throw new RowProblem(`original_url: ${url.message}`);
    const title = text(record, 'title');
    if ([...title].length > LIMITS.titleLengthMax) {
      throw new RowProblem(`title: is over ${LIMITS.titleLengthMax} characters`);
    }
    return {
      row,
      id: readId(record, 'id'),
      userId: readId(record, 'user_id'),
      code,
      url: url.url,
      title: title === '' ? null : title,
      active: readFlag(record, 'is_active'),
      createdAt: readTime(record, 'created_at'),
      updatedAt: readTime(record, 'updated_at'),
    };
  });
}

export function parseEventRow(row: number, record: ImportRecord): ParsedRow<ImportEventRow> {
  return parsed(row, () => {
    const linkId = readId(record, 'url_id');
    if (linkId === null) throw new RowProblem('url_id: is missing');
    const type = required(record, 'event_type');
    if ([...type].length > LIMITS.eventTypeLengthMax) {
      throw new RowProblem(`event_type: is over ${LIMITS.eventTypeLengthMax} characters`);
    }
    return {
      row,
      id: readId(record, 'id'),
      linkId,
      userId: readId(record, 'user_id'),
      type,
      at: readTime(record, 'timestamp'),
      details: readDetails(record, 'details'),
    };
  });
}

function parsed<T>(row: number, read: () => T): ParsedRow<T> {
  try {
    return { ok: true, value: read() };
  } catch (problem) {
    if (problem instanceof RowProblem) return { ok: false, error: { row, error: problem.message } };
    throw problem;
  }
}

function text(record: ImportRecord, column: string): string {
  const value = record[column]?.trim() ?? '';
  if (value.includes('\0') || !value.isWellFormed())
    throw new RowProblem(`${column}: has characters that can't be stored`);
  return value;
}

function required(record: ImportRecord, column: string): string {
  const value = text(record, column);
  if (value === '') throw new RowProblem(`${column}: is missing`);
  return value;
}

function readId(record: ImportRecord, column: string): number | null {
  const value = text(record, column);
  if (value === '') return null;
  const id = /^\d{1,10}$/.test(value) ? Number(value) : 0;
  if (id < 1 || id > LIMITS.idMax) throw new RowProblem(`${column}: must be an integer from 1 to ${LIMITS.idMax}`);
  return id;
}

/** Blank means true: a link is active unless the file says otherwise. */
function readFlag(record: ImportRecord, column: string): boolean {
  const value = text(record, column).toLowerCase();
  if (value === '' || value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw new RowProblem(`${column}: must be true or false`);
}

const TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(\.\d{1,9})?)? ?(Z|[+-]\d{2}:?\d{2})?$/i;

function readTime(record: ImportRecord, column: string): number | null {
  const value = text(record, column);
  if (value === '') return null;
  const [, date = '', clock = '00:00', seconds = ':00', fraction = '', zone = 'Z'] = TIME.exec(value) ?? [];
  const local = Date.parse(`${date}T${clock}${seconds}Z`);
  // A day that its month doesn't have would roll over into the next.
  if (Number.isNaN(local) || new Date(local).toISOString().slice(0, 10) !== date) {
    throw new RowProblem(`${column}: must be a time like 2026-04-03 12:00:00`);
  }
  return local + Math.trunc(Number(`0${fraction}`) * 1000) - offsetMs(zone);
}

function offsetMs(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** What JSON writes for U+0000 and for half of a surrogate pair. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f]..)/i;

function readDetails(record: ImportRecord, column: string): Record<string, unknown> {
  const value = text(record, column);
  if (value === '') return {};
  let details: unknown;
  try {
    details = JSON.parse(value);
  } catch {
    throw new RowProblem(`${column}: is not JSON`);
  }
  if (typeof details !== 'object' || details === null || Array.isArray(details)) {
    throw new RowProblem(`${column}: must be a JSON object`);
  }
  if (UNSTORABLE.test(JSON.stringify(details))) throw new RowProblem(`${column}: has characters that can't be stored`);
  return details as Record<string, unknown>;
}
