import { TZDate } from '@date-fns/tz';
import { one } from '../../app/search-params.ts';

export const PERIODS = ['7', '30', '90', '365', 'custom'] as const;
export type Period = (typeof PERIODS)[number];
const DAY_MS = 86_400_000;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

/** What the address says of the exports: of which days clicks are wanted. `from` and `to` are days, both inclusive. */
export interface ImportsSearch {
  period?: Period;
  from?: string;
  to?: string;
}

export function importsSearch(raw: Record<string, unknown>): ImportsSearch {
  const period = PERIODS.find((value) => value === one(raw, 'period'));
  const [from, to] = (['from', 'to'] as const)
    .map((name) => one(raw, name))
    .map((day) => (isDay(day) ? day : undefined));
  if (period !== 'custom') return period === undefined ? {} : { period };
  return { period, ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

/** The moments between which it lies, `to` exclusive; null while the days chosen are none.  Units: `now` in epoch ms. */
export function periodOf(
  { period = '30', from, to }: ImportsSearch,
  now: number,
  timeZone: string,
): { from: string; to: string } | null {
  if (period !== 'custom') return span(now - Number(period) * DAY_MS, now);
  const start = from === undefined ? null : dayStart(from, 0, timeZone);
  const end = to === undefined ? null : dayStart(to, 1, timeZone);
  return start === null || end === null || start >= end ? null : span(start, end);
}

function span(from: number, to: number): { from: string; to: string } {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

function isDay(day: string | undefined): day is string {
  return day !== undefined && DATE.test(day);
}

function dayStart(day: string, daysLater: number, timeZone: string): number | null {
  const parts = DATE.exec(day);
  if (parts === null) return null;
  const [year = 0, month = 1, date = 1] = parts.slice(1).map(Number);
  return new TZDate(year, month - 1, date + daysLater, timeZone).getTime();
}
