import { locale, preferences } from '../app/preferences.ts';

type When = string | number | Date;

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const STEPS = [
  ['second', SECOND_MS],
  ['minute', 60 * SECOND_MS],
  ['hour', 3600 * SECOND_MS],
  ['day', 86_400 * SECOND_MS],
  ['month', 2_629_800 * SECOND_MS],
  ['year', 31_557_600 * SECOND_MS],
] as const;

const made = new Map<string, Intl.DateTimeFormat>();

/** A formatter is slow to make, and lists make the same one for each row. */
function format(when: When, options: Intl.DateTimeFormatOptions, timeZone = preferences().timeZone): string {
  const language = locale();
  const key = `${language} ${timeZone} ${JSON.stringify(options)}`;
  const kept = made.get(key);
  const formatter = kept ?? new Intl.DateTimeFormat(language, { ...options, timeZone });
  if (kept === undefined) made.set(key, formatter);
  return formatter.format(new Date(when));
}

/** 20 Mar 2026, 09:15 in the chosen time zone. */
export function formatDateTime(when: When, timeZone?: string): string {
  return format(when, { dateStyle: 'medium', timeStyle: 'short' }, timeZone);
}

/** With seconds and the zone's name: for titles and tables that are copied. */
export function formatExact(when: When, timeZone?: string): string {
  return format(
    when,
    {
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'short',
    },
    timeZone,
  );
}

export function formatDate(when: When, timeZone?: string): string {
  return format(when, { dateStyle: 'medium' }, timeZone);
}

export function formatTime(when: When, timeZone?: string): string {
  return format(when, { hour: '2-digit', minute: '2-digit', second: '2-digit' }, timeZone);
}

/** 09:15. */
export function formatMinute(when: When, timeZone?: string): string {
  return format(when, { hour: '2-digit', minute: '2-digit' }, timeZone);
}

/** 3 minutes ago, in 2 days; `short` for narrow columns: 3 min. ago. */
export function formatAgo(when: When, now: number, style: 'long' | 'short' = 'long'): string {
  const ahead = new Date(when).getTime() - now;
  // Clocks differ, and `now` moves in steps: what has just happened is not "in 3 seconds".
  const ms = ahead > 0 && ahead < MINUTE_MS ? 0 : ahead;
  const [unit, size] = STEPS.findLast(([, step]) => Math.abs(ms) >= step) ?? STEPS[0];
  return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto', style }).format(Math.round(ms / size), unit);
}

/** 3 h 20 min. Units: seconds in. */
export function formatDuration(seconds: number): string {
  const parts = [
    ['day', Math.floor(seconds / 86_400)],
    ['hour', Math.floor(seconds / 3600) % 24],
    ['minute', Math.floor(seconds / 60) % 60],
    ['second', Math.floor(seconds) % 60],
  ] as const;
  const first = parts.findIndex(([, value]) => value > 0);
  return parts
    .slice(first === -1 ? 3 : first, first === -1 ? 4 : first + 2)
    .filter(([, value], index) => value > 0 || index === 0)
    .map(([unit, value]) =>
      new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'short' }).format(value),
    )
    .join(' ');
}
