import { TZDate } from '@date-fns/tz';

const LOCAL = /^(\d{4,6})-(\d\d)-(\d\d)T(\d\d):(\d\d)/;

/**
 * The moment that a clock of the zone shows as `local` (2026-03-29T09:30, as a datetime-local field gives it); null where
 * it is no time. A time that the clock skips counts on from before the gap.  Units: epoch ms.
 */
export function instantOf(local: string, timeZone: string): number | null {
  const parts = LOCAL.exec(local);
  if (parts === null) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = parts.slice(1).map(Number);
  const at = new TZDate(year, month - 1, day, hour, minute, timeZone).getTime();
  return Number.isNaN(at) ? null : at;
}
