import { TZDateMini } from '@date-fns/tz';

/** Lengths of a chart's buckets, as v1 knows them. Weeks begin on Monday. */
export type Interval = 'hour' | 'day' | 'week' | 'month';

const HOUR_MS = 3_600_000;

/** Where the local hour, day, week or month of `at` begins. Units: epoch ms. */
export function startOf(interval: Interval, at: number, timeZone: string): number {
  const local = new TZDateMini(at, timeZone);
  if (interval === 'hour') {
    return at - local.getMinutes() * 60_000 - local.getSeconds() * 1000 - local.getMilliseconds();
  }
  local.setHours(0, 0, 0, 0);
  if (interval === 'week') local.setDate(local.getDate() - ((local.getDay() + 6) % 7));
  if (interval === 'month') local.setDate(1);
  return local.getTime();
}

/** `count` hours, days, weeks or months later by the local calendar; earlier where it is negative. Units: epoch ms. */
export function later(interval: Interval, at: number, count: number, timeZone: string): number {
  if (interval === 'hour') return at + count * HOUR_MS;
  const local = new TZDateMini(at, timeZone);
  if (interval === 'month') local.setMonth(local.getMonth() + count);
  else local.setDate(local.getDate() + count * (interval === 'week' ? 7 : 1));
  return local.getTime();
}

/** The local date as `2026-03-20`. */
export function dateText(at: number, timeZone: string): string {
  const local = new TZDateMini(at, timeZone);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${String(local.getFullYear()).padStart(4, '0')}-${two(local.getMonth() + 1)}-${two(local.getDate())}`;
}

/** Where the local day `2026-03-20` begins; null for what is no date. Units: epoch ms. */
export function dayStart(text: string, timeZone: string): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (match === null) return null;
  const at = new TZDateMini(Number(match[1]), Number(match[2]) - 1, Number(match[3]), timeZone).getTime();
  return dateText(at, timeZone) === text ? at : null;
}
