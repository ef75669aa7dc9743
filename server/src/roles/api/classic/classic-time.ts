import { invalidField } from '../../../platform/app-error.ts';

/** UTC to the second without an offset, as in 2026-04-03T12:00:00. */
export function naiveTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19);
}

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(?:Z|([+-])(\d{2}):?(\d{2})?)?$/i;

/** What a year of four digits can show. */
const EARLIEST = Date.UTC(0, 0, 1) - 1900 * 365.2425 * 86_400_000;
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * An ISO time as epoch ms. Without an offset it is UTC; a date alone is its midnight.
 * Errors: `invalid_request` naming the field, for what is no time and for days that no calendar has.
 */
export function parseTime(field: string, text: string): number {
  const at = toEpoch(text.trim());
  if (at === null || at < EARLIEST || at > LATEST) throw invalidField(field, 'must be a time like 2026-04-03T12:00:00');
  return at;
}

function toEpoch(text: string): number | null {
  const parts = ISO.exec(text);
  if (parts === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', sign, hours, minutes = '00'] =
    parts;
  const clock = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const local = Date.parse(`${clock}Z`);
  // A day that its month does not have, and 24:00, would roll over into the next.
  if (Number.isNaN(local) || naiveTime(local) !== clock) return null;
  if (sign === undefined) return local + milliseconds(fraction);
  if (Number(hours) > 23 || Number(minutes) > 59) return null;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return local + milliseconds(fraction) - (sign === '-' ? -offset : offset);
}

const milliseconds = (fraction: string) => Math.trunc(Number(`0.${fraction || '0'}`) * 1000);
