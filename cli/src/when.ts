import { usage } from './failure.ts';

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 365 * 86_400_000 } as const;

/** `30d`, `12h`, ... in ms; null for any other text. */
export function parseDuration(text: string): number | null {
  const [, amount, unit] = /^(\d{1,5})([mhdwy])$/.exec(text) ?? [];
  return amount === undefined || Number(amount) === 0 ? null : Number(amount) * UNITS[unit as keyof typeof UNITS];
}

/**
 * A point in time as a person writes it: a time from now (`30d`), a date, or an RFC 3339 time. RFC 3339 in UTC.
 * Shape: a date is its first moment, and a time without an offset is taken, in the local time zone. Errors: usage.
 */
export function parseWhen(text: string, option: string, now: number, direction: 1 | -1 = 1): string {
  const duration = parseDuration(text);
  if (duration !== null) return new Date(now + direction * duration).toISOString();
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text);
  const at = isDate
    ? new Date(`${text}T00:00:00`)
    : /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d/.test(text)
      ? new Date(text)
      : null;
  if (at === null || Number.isNaN(at.getTime())) {
    throw usage(`${option}: ${text} is no time`, 'Write 30d, 12h, 2030-01-31 or 2030-01-31T12:00:00Z.');
  }
  return at.toISOString();
}
