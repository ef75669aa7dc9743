import { DAY_MS, HOUR_MS } from '../platform/clock.ts';
import type { ClickCount } from './analytics.ts';
import { offsetSpans } from './time-buckets.ts';

/**
 * The hour of the local week, 0 for that of Monday's midnight, that each local hour is.
 * Shape: `starts` ascending, the first of which may lie before `from`.
 */
export function weekHoursOf(
  starts: readonly number[],
  { from, to, timeZone }: { from: number; to: number; timeZone: string },
): number[] {
  const spans = offsetSpans(from, to, timeZone);
  let span = 0;
  return starts.map((start) => {
    const at = Math.max(start, from);
    while (span < spans.length - 1 && (spans[span]?.end ?? 0) <= at) span++;
    const local = at + (spans[span]?.offset ?? 0);
    // Day 0 of the epoch was a Thursday.
    const day = (((Math.floor(local / DAY_MS) + 3) % 7) + 7) % 7;
    return day * 24 + (((Math.floor(local / HOUR_MS) % 24) + 24) % 24);
  });
}

/** Adds the clicks of local hours up by weekday (Monday first) and hour: 7 rows of 24. */
export function byWeekHour(sums: readonly ClickCount[], weekHours: readonly number[]): number[][] {
  const data = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
  sums.forEach(({ clicks }, n) => {
    const hours = data[Math.floor((weekHours[n] ?? 0) / 24)];
    const hour = (weekHours[n] ?? 0) % 24;
    if (hours) hours[hour] = (hours[hour] ?? 0) + clicks;
  });
  return data;
}
