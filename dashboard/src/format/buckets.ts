import { locale } from '../app/preferences.ts';
import { type Interval, later } from './calendar.ts';

const made = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const language = locale();
  const key = `${language} ${timeZone} ${JSON.stringify(options)}`;
  const kept = made.get(key);
  if (kept) return kept;
  const fresh = new Intl.DateTimeFormat(language, { ...options, timeZone });
  made.set(key, fresh);
  return fresh;
}

const DAY = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;
const BUCKET = {
  hour: { ...DAY, hour: '2-digit', minute: '2-digit' },
  day: DAY,
  week: { day: 'numeric', month: 'short', year: 'numeric' },
  month: { month: 'long', year: 'numeric' },
} as const satisfies Record<Interval, Intl.DateTimeFormatOptions>;

/** The hour, day, week or month that begins at `start`, in full. Units: epoch ms. */
export function formatBucket(start: number, interval: Interval, timeZone: string): string {
  const format = formatter(timeZone, BUCKET[interval]);
  if (interval !== 'week' && interval !== 'hour') return format.format(start);
  return format.formatRange(start, later(interval, start, 1, timeZone) - 1 - (interval === 'hour' ? 60_000 - 1 : 0));
}

const TICK = {
  time: { hour: '2-digit', minute: '2-digit' },
  day: { day: 'numeric', month: 'short' },
  month: { month: 'short' },
  year: { year: 'numeric' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

/** A short mark below a chart. Units: epoch ms. */
export function formatTick(at: number, part: keyof typeof TICK, timeZone: string): string {
  return formatter(timeZone, TICK[part]).format(at);
}

/** From and to as days: "1 – 7 Mar 2026"; `to` is exclusive. Units: epoch ms. */
export function formatDays(from: number, to: number, timeZone: string): string {
  return formatter(timeZone, { dateStyle: 'medium' }).formatRange(from, Math.max(from, to - 1));
}

/** From and to with their times. Units: epoch ms. */
export function formatSpan(from: number, to: number, timeZone: string): string {
  return formatter(timeZone, { dateStyle: 'medium', timeStyle: 'short' }).formatRange(from, to);
}
