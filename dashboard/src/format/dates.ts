import { preferences } from '../app/preferences.ts';

type When = string | number | Date;

const SECOND_MS = 1000;
const STEPS = [
  ['second', SECOND_MS],
  ['minute', 60 * SECOND_MS],
  ['hour', 3600 * SECOND_MS],
  ['day', 86_400 * SECOND_MS],
  ['month', 2_629_800 * SECOND_MS],
  ['year', 31_557_600 * SECOND_MS],
] as const;

/** Making one costs far more than using it, and a list uses a few of them hundreds of times. */
const made = new Map<string, Intl.DateTimeFormat>();

function format(when: When, options: Intl.DateTimeFormatOptions, timeZone = preferences().timeZone): string {
  const { language } = preferences();
  const key = `${language} ${timeZone} ${Object.entries(options).join()}`;
  let formatter = made.get(key);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat(language, { ...options, timeZone });
    made.set(key, formatter);
  }
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

/** 3 minutes ago, in 2 days. */
export function formatAgo(when: When, now: number): string {
  const ms = new Date(when).getTime() - now;
  const [unit, size] = STEPS.findLast(([, step]) => Math.abs(ms) >= step) ?? STEPS[0];
  return new Intl.RelativeTimeFormat(preferences().language, { numeric: 'auto' }).format(Math.round(ms / size), unit);
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
      new Intl.NumberFormat(preferences().language, { style: 'unit', unit, unitDisplay: 'short' }).format(value),
    )
    .join(' ');
}
