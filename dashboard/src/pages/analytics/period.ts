import { dateText, dayStart, type Interval, later, startOf } from '../../format/calendar.ts';
import type { AnalyticsSearch, Preset } from './analytics-search.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Counts are kept by quarter hours: an end between two would only make the same question a new one. */
const ROUND_MS = 15 * MINUTE_MS;
/** Source: ANALYTICS_LIMITS.rangeMs in server/src/clicks/analytics.ts. */
const RANGE_MS_MAX = 3653 * DAY_MS;

/** A stretch of time to look at. Units: epoch ms; ends exclusive. */
export interface Period {
  preset: Preset | 'custom';
  from: number;
  /** Where counting ends: `end`, or the present where that comes first. */
  to: number;
  /** Where the period itself ends, be it in the future. */
  end: number;
  /** How far the period before it lies; null where there is none. */
  step: Step | null;
}

type Step = { by: 'day' | 'month' | 'hour'; count: number } | { by: 'ms'; count: number };

const DAYS = { today: 1, '7d': 7, '30d': 30, '90d': 90 } as const;
const DEFAULT_PRESET = '30d';

/**
 * The period that an address names.
 * `first`: time of the first click, where it is known, for the preset `all`.
 */
export function periodOf(
  { period, from, to }: Pick<AnalyticsSearch, 'period' | 'from' | 'to'>,
  now: number,
  tz: string,
  first: number | null = null,
): Period {
  const custom = from === undefined ? null : customPeriod(from, to, now, tz);
  if (custom !== null) return custom;
  const preset = period ?? DEFAULT_PRESET;
  const [today, month] = [startOf('day', now, tz), startOf('month', now, tz)];
  const whole = (start: number, end: number, step: Step | null): Period => ({
    preset,
    from: start,
    to: Math.min(end, Math.ceil((now + 1) / ROUND_MS) * ROUND_MS),
    end,
    step,
  });
  switch (preset) {
    case 'today':
    case '7d':
    case '30d':
    case '90d': {
      const count = DAYS[preset];
      return whole(later('day', today, 1 - count, tz), later('day', today, 1, tz), { by: 'day', count });
    }
    case '24h': {
      const end = startOf('hour', now, tz) + 60 * MINUTE_MS;
      return whole(end - DAY_MS, end, { by: 'hour', count: 24 });
    }
    case 'month':
      return whole(month, later('month', month, 1, tz), { by: 'month', count: 1 });
    case 'last-month':
      return whole(later('month', month, -1, tz), month, { by: 'month', count: 1 });
    case '12mo':
      return whole(later('month', month, -11, tz), later('month', month, 1, tz), { by: 'month', count: 12 });
    case 'all': {
      const end = later('day', today, 1, tz);
      const start = first === null ? later('day', today, -365, tz) : startOf('day', first, tz);
      return whole(Math.max(start, end - RANGE_MS_MAX), end, null);
    }
  }
}

/** Null where the address makes no sense of it: days that are none, in the wrong order, or too far apart. */
function customPeriod(fromText: string, toText: string | undefined, now: number, tz: string): Period | null {
  const fromDay = dayStart(fromText, tz);
  const toDay = toText === undefined ? startOf('day', now, tz) : dayStart(toText, tz);
  const from = fromDay ?? Date.parse(fromText);
  const end = toDay === null ? Date.parse(toText ?? '') : later('day', toDay, 1, tz);
  if (!(from < end) || end - from > RANGE_MS_MAX || from > now) return null;
  const to = Math.min(end, Math.ceil((now + 1) / ROUND_MS) * ROUND_MS);
  return { preset: 'custom', from, to, end, step: stepOf(from, end, fromDay !== null && toDay !== null, tz) };
}

/** Whole months go by months, whole days by days, all else by its length. */
function stepOf(from: number, end: number, isDays: boolean, tz: string): Step {
  if (!isDays) return { by: 'ms', count: end - from };
  const isMonths = startOf('month', from, tz) === from && startOf('month', end, tz) === end;
  if (isMonths) return { by: 'month', count: Math.round((end - from) / (30.44 * DAY_MS)) };
  return { by: 'day', count: Math.round((end - from) / DAY_MS) };
}

function moved(at: number, step: Step, direction: 1 | -1, tz: string): number {
  if (step.by === 'ms') return at + direction * step.count;
  return later(step.by, at, direction * step.count, tz);
}

/** What the period is compared with: as much of the one before as has passed of this one. Null where there is none. */
export function before({ from, to, end, step }: Period, tz: string): { from: number; to: number } | null {
  if (step === null) return null;
  const start = moved(from, step, -1, tz);
  // A month may be longer than the one before it.
  return { from: start, to: to === end ? moved(end, step, -1, tz) : Math.min(moved(to, step, -1, tz), from) };
}

/** The period next to this one, as the address names it; null where it would be in the future, or where there is none. */
export function neighbour(
  { from, end, step }: Period,
  direction: 1 | -1,
  now: number,
  tz: string,
): Pick<AnalyticsSearch, 'from' | 'to'> | null {
  if (step === null) return null;
  const [start, stop] = [moved(from, step, direction, tz), moved(end, step, direction, tz)];
  return start > now ? null : addressOf(start, stop, tz);
}

/** A stretch of time as the address names it: by days where it is made of whole ones. */
export function addressOf(from: number, to: number, tz: string): { from: string; to: string } {
  const isDays = startOf('day', from, tz) === from && startOf('day', to, tz) === to;
  if (isDays) return { from: dateText(from, tz), to: dateText(to - 1, tz) };
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/** Intervals that make neither a handful of buckets nor thousands of a period, finest first; the best one for it. */
export function intervalsOf({ from, end }: Pick<Period, 'from' | 'end'>): { fit: Interval[]; best: Interval } {
  const days = (end - from) / DAY_MS;
  const fit: Interval[] = [];
  if (days <= 45) fit.push('hour');
  if (days > 1.5 && days <= 800) fit.push('day');
  if (days >= 14) fit.push('week');
  if (days >= 59) fit.push('month');
  const best = days <= 2 ? 'hour' : days <= 100 ? 'day' : days <= 800 ? 'week' : 'month';
  return { fit, best: fit.includes(best) ? best : (fit[0] ?? best) };
}
