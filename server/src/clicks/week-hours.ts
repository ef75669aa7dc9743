import { DAY_MS, HOUR_MS } from '../platform/clock.ts';
import type { ClickCount } from './analytics.ts';
import { offsetSpans } from './time-buckets.ts';

/**
 * Adds the clicks of local hours up by weekday (Monday first) and hour: 7 rows of 24.
 * Shape: `sums[n]` belongs to the hour that begins at `starts[n]`, the first of which may lie before `from`.
 */
export function byWeekHour(
  sums: readonly ClickCount[],
  starts: readonly number[],
  { from, to, timeZone }: { from: number; to: number; timeZone: string },
): number[][] {
  const spans = offsetSpans(from, to, timeZone);
  const data = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
  let span = 0;
  sums.forEach(({ clicks }, n) => {
    const at = Math.max(starts[n] ?? from, from);
    while (span < spans.length - 1 && (spans[span]?.end ?? 0) <= at) span++;
    const local = at + (spans[span]?.offset ?? 0);
    // Day 0 of the epoch was a Thursday.
    const hours = data[(((Math.floor(local / DAY_MS) + 3) % 7) + 7) % 7];
    const hour = ((Math.floor(local / HOUR_MS) % 24) + 24) % 24;
    if (hours) hours[hour] = (hours[hour] ?? 0) + clicks;
  });
  return data;
}
