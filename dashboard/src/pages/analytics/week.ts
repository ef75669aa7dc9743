import { TZDateMini } from '@date-fns/tz';

/** Hours of a stretch of time by weekday (Monday first) and hour of the day: 7 rows of 24. */
export function weekOf(hours: readonly { start: string; clicks: number }[], timeZone: string): number[][] {
  const week = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
  for (const { start, clicks } of hours) {
    if (clicks === 0) continue;
    const local = new TZDateMini(start, timeZone);
    const row = week[(local.getDay() + 6) % 7];
    if (row !== undefined) row[local.getHours()] = (row[local.getHours()] ?? 0) + clicks;
  }
  return week;
}

/** The hour with the most clicks, the first of equals; null where there is none. */
export function bestHour(week: readonly (readonly number[])[]): { day: number; hour: number; clicks: number } | null {
  const hours = week.flatMap((row, day) => row.map((clicks, hour) => ({ day, hour, clicks })));
  const best = hours.reduce((most, each) => (each.clicks > most.clicks ? each : most), { day: 0, hour: 0, clicks: 0 });
  return best.clicks === 0 ? null : best;
}
