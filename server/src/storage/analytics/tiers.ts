import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../platform/clock.ts';

export const SLOT_MS = 15 * MINUTE_MS;

/** Counts of a stretch of time that lies in one bucket, or of a cell that a border cuts, by when it begins. */
export type Cell = [start: number, clicks: number, visitors: number];

/**
 * The rows that a value's series is read from, and where each counts.
 * Units: `day` and `hour` since the epoch; `at` and `less` are times in epoch ms that stand for the bucket they lie in.
 */
export interface TierPlan {
  /** Rows of rollup_day. */
  days: { day: number; at: number }[];
  /** Rows of rollup_hour: counted at `at` where that is not null, and taken off again at `less` where that is not. */
  hours: { hour: number; at: number | null; less: number | null }[];
}

/**
 * Splits a range into days and hours so that no row but an hour is cut by a border.
 * A complete UTC day costs one row and the hours outside its longest stretch between borders: that stretch is the day
 * less those hours, so a day that a zone's midnight divides is not read hour by hour.
 * Shape: borders ascending, two at least. `extent`: first and last quarter hour that has clicks; days before `daysBefore`
 * are complete.
 */
export function tierPlan(
  borders: readonly number[],
  extent: { first: number; last: number },
  daysBefore: number,
): TierPlan {
  const from = borders[0] ?? 0;
  const to = borders.at(-1) ?? 0;
  const firstHour = Math.max(Math.floor(from / HOUR_MS), Math.floor(extent.first / 4));
  const endHour = Math.min(Math.ceil(to / HOUR_MS), Math.floor(extent.last / 4) + 1);
  const plan: TierPlan = { days: [], hours: [] };
  let border = 0;
  for (let day = Math.floor(firstHour / 24); day * 24 < endHour; day++) {
    while (border < borders.length - 1 && (borders[border + 1] ?? 0) <= day * DAY_MS) border++;
    const inside = { first: Math.max(firstHour, day * 24), end: Math.min(endHour, day * 24 + 24) };
    const stretch = day < daysBefore ? longestStretch(borders, border, day) : null;
    const whole = stretch && 25 - (stretch.end - stretch.first) < inside.end - inside.first ? stretch : null;
    if (whole) plan.days.push({ day, at: whole.first * HOUR_MS });
    const { first, end } = whole ? { first: day * 24, end: day * 24 + 24 } : inside;
    for (let hour = first; hour < end; hour++) {
      if (whole && hour >= whole.first && hour < whole.end) continue;
      const start = hour * HOUR_MS;
      const isAsked = start + HOUR_MS > from && start < to;
      plan.hours.push({ hour, at: isAsked ? start : null, less: whole ? whole.first * HOUR_MS : null });
    }
  }
  return plan;
}

/** Whole hours between two neighbouring borders, `end` exclusive. */
interface Stretch {
  first: number;
  end: number;
}

/** The longest stretch of a day; `border` is the last one at or before the day's start, or the first of all. */
function longestStretch(borders: readonly number[], border: number, day: number): Stretch | null {
  let longest: Stretch | null = null;
  for (let n = border; n < borders.length - 1 && (borders[n] ?? 0) < (day + 1) * DAY_MS; n++) {
    const first = Math.max(Math.ceil((borders[n] ?? 0) / HOUR_MS), day * 24);
    const end = Math.min(Math.floor((borders[n + 1] ?? 0) / HOUR_MS), day * 24 + 24);
    if (end > first && (!longest || end - first > longest.end - longest.first)) longest = { first, end };
  }
  return longest;
}
