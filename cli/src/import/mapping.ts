import type { LinkCreate } from '@waymark/contract/v1/links';
import { usage } from '../failure.ts';

/** Fields of a link that a CSV file can carry, and what other services call them in theirs. */
const ALIASES = {
  url: ['url', 'original_url', 'long_url', 'destination', 'destination_url', 'target', 'target_url', 'link'],
  code: ['code', 'short_code', 'alias', 'custom_alias', 'slug', 'keyword', 'back_half', 'path'],
  title: ['title', 'name', 'label', 'description'],
  active: ['active', 'is_active', 'enabled'],
  expiresAt: ['expires_at', 'expires', 'expiry', 'expiration', 'expiration_date'],
} as const;

export type Field = keyof typeof ALIASES;
export const FIELDS = Object.keys(ALIASES) as Field[];

/** Which column each field is read from, by its place. */
export type Mapping = Partial<Record<Field, number>>;

/**
 * Finds the column of each field: those named with --map first, the rest by what columns are commonly called.
 * `given`: such as `url=Long URL`. Errors: usage, where a named column is not there or none holds the destination.
 */
export function mapColumns(header: readonly string[], given: readonly string[]): Mapping {
  const names = header.map(normal);
  const mapping: Mapping = {};
  for (const pair of given) {
    const [fieldName = '', column = ''] = splitOnce(pair, '=');
    const field = FIELDS.find((each) => normal(each) === normal(fieldName));
    if (field === undefined) throw usage(`--map: ${fieldName} is no field`, `Fields are ${FIELDS.join(', ')}.`);
    const at = names.indexOf(normal(column));
    if (at === -1) throw usage(`--map: the file has no column ${column}`, `Its columns are ${header.join(', ')}.`);
    mapping[field] = at;
  }
  const taken = new Set(Object.values(mapping));
  for (const field of FIELDS) {
    if (mapping[field] !== undefined) continue;
    const at = ALIASES[field].map((alias) => names.indexOf(alias)).find((place) => place !== -1 && !taken.has(place));
    if (at === undefined) continue;
    mapping[field] = at;
    taken.add(at);
  }
  if (mapping.url === undefined)
    throw usage(
      'no column holds the destination',
      `Name it: --map "url=${header[0] ?? 'COLUMN'}". Columns are ${header.join(', ')}.`,
    );
  return mapping;
}

/** What a record asks for, or why it can't be read. */
export function linkOf(fields: readonly string[], mapping: Mapping): LinkCreate | { problem: string } {
  const value = (field: Field) => {
    const at = mapping[field];
    return at === undefined ? '' : (fields[at] ?? '').trim();
  };
  const url = value('url');
  if (url === '') return { problem: 'url: is empty' };
  const active = activeOf(value('active'));
  if (active === null) return { problem: 'active: is neither true nor false' };
  const expiresAt = timeOf(value('expiresAt'));
  if (expiresAt === null) return { problem: 'expiresAt: is no time' };
  return {
    url,
    ...(value('code') !== '' && { code: value('code') }),
    ...(value('title') !== '' && { title: value('title') }),
    ...(active === undefined ? {} : { active }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function activeOf(text: string): boolean | null | undefined {
  if (text === '') return undefined;
  if (/^(true|1|yes|y|active|enabled)$/i.test(text)) return true;
  return /^(false|0|no|n|inactive|disabled)$/i.test(text) ? false : null;
}

/** RFC 3339; without an offset, or as a date alone, in UTC. */
function timeOf(text: string): string | null | undefined {
  if (text === '') return undefined;
  const [, date, time = '00:00:00', offset = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?\s*(Z|[+-]\d\d:\d\d)?$/i.exec(text) ?? [];
  const at =
    date === undefined ? Number.NaN : Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}${offset}`);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

function normal(name: string): string {
  return name
    .trim()
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}

function splitOnce(text: string, sign: string): [string, string] {
  const at = text.indexOf(sign);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
