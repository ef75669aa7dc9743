import { codeProblem, LIMITS } from '@waymark/contract';
import { parseTime } from '@waymark/contract/v1/fields';
import { checkDestination } from '../../../links/destination.ts';
import { IMPORT_FIELDS, type ImportField, type ImportMapping, type ImportStep } from '../../../links/import-jobs.ts';
import { DEFAULT_DOMAIN_ID, type RedirectStatus } from '../../../links/link.ts';
import type { NewLink } from '../../../links/store.ts';
import { isLongerThan } from '../../../links/text-length.ts';

/** A data row of a file, counted from 1, or why it can't be read. */
export type FileRow = { row: number; values: readonly string[] } | { row: number; error: string };

/** Makes what reads rows of a file into links. */
export function rowReader(
  columns: readonly string[],
  mapping: ImportMapping,
  isOwnHost: (host: string) => boolean,
): (row: FileRow) => ImportStep {
  const place = (field: ImportField) => columns.indexOf(mapping[field] ?? '');
  const places = Object.fromEntries(IMPORT_FIELDS.map((field) => [field, place(field)]));
  return (given) => {
    const { row } = given;
    if ('error' in given) return { row, error: given.error };
    const read = readLink((field) => given.values[places[field] ?? -1]?.trim() ?? '', isOwnHost);
    return typeof read === 'string' ? { row, error: read } : { row, link: read };
  };
}

const FLAGS: Record<string, boolean> = {
  '': true,
  true: true,
  '1': true,
  yes: true,
  active: true,
  enabled: true,
  false: false,
  '0': false,
  no: false,
  inactive: false,
  disabled: false,
};
const STATUSES: Record<string, RedirectStatus> = { '': 302, '301': 301, '302': 302, '307': 307, '308': 308 };
const DATE = /^\d{4}-\d\d-\d\d$/;
const NAIVE_TIME = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d(?:\.\d+)?)?$/;

/** A link as the row has it, or why it can't be one. */
function readLink(text: (field: ImportField) => string, isOwnHost: (host: string) => boolean): NewLink | string {
  if (text('url') === '') return 'url: is missing';
  const destination = checkDestination(text('url'), isOwnHost);
  if (!destination.ok) return `url: ${destination.message}`;
  const code = text('code') || null;
  const problem = code === null ? null : codeProblem(code);
  if (problem === 'reserved_code') return 'code: belongs to the service itself';
  if (problem) return 'code: must be 3 to 64 of A-Z a-z 0-9 _ -, and not digits alone';
  const title = text('title') || null;
  if (title !== null && isLongerThan(title, LIMITS.titleLengthMax)) {
    return `title: is over ${LIMITS.titleLengthMax} characters`;
  }
  const active = FLAGS[text('active').toLowerCase()];
  if (active === undefined) return 'active: must be true or false';
  const expiresAt = readTime(text('expiresAt'));
  if (expiresAt === undefined) return 'expiresAt: must be a time like 2026-04-03T12:00:00Z';
  const redirectStatus = STATUSES[text('redirectStatus')];
  if (redirectStatus === undefined) return 'redirectStatus: must be 301, 302, 307 or 308';
  return {
    domainId: DEFAULT_DOMAIN_ID,
    code,
    url: destination.url,
    title,
    active,
    expiresAt,
    redirectStatus,
    ownerId: null,
  };
}

/** Times without an offset are UTC. Undefined for what is no time. */
function readTime(text: string): number | null | undefined {
  if (text === '') return null;
  const [, date, clock, seconds = ':00'] = NAIVE_TIME.exec(text) ?? [];
  const whole = DATE.test(text) ? `${text}T00:00:00Z` : date ? `${date}T${clock}${seconds}Z` : text;
  return parseTime(whole) ?? undefined;
}
