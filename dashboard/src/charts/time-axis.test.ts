import { expect, test } from 'bun:test';
import { type Interval, later, startOf } from '../format/calendar.ts';
import { timeTicks } from './time-axis.ts';

const BERLIN = 'Europe/Berlin';

function starts(interval: Interval, from: string, count: number, timeZone = BERLIN): number[] {
  const first = startOf(interval, Date.parse(from), timeZone);
  return Array.from({ length: count }, (_, index) => later(interval, first, index, timeZone));
}

function marks(interval: Interval, from: string, count: number, ticksMax: number): string[] {
  return timeTicks(starts(interval, from, count), interval, BERLIN, ticksMax).map(
    ({ start, part }) => `${part} ${new Date(start).toLocaleString('sv', { timeZone: BERLIN }).slice(0, 16)}`,
  );
}

test('a day of hours is marked at round hours, midnight by its date', () => {
  expect(marks('hour', '2026-03-10T12:00Z', 24, 9)).toEqual([
    'time 2026-03-10 15:00',
    'time 2026-03-10 18:00',
    'time 2026-03-10 21:00',
    'day 2026-03-11 00:00',
    'time 2026-03-11 03:00',
    'time 2026-03-11 06:00',
    'time 2026-03-11 09:00',
    'time 2026-03-11 12:00',
  ]);
});

test('a month of days is marked on Mondays, a year of days at months', () => {
  expect(marks('day', '2026-03-01T12:00Z', 31, 8)).toEqual([
    'day 2026-03-02 00:00',
    'day 2026-03-09 00:00',
    'day 2026-03-16 00:00',
    'day 2026-03-23 00:00',
    'day 2026-03-30 00:00',
  ]);
  const year = marks('day', '2025-08-15T12:00Z', 365, 13);
  expect(year).toHaveLength(12);
  expect(year.slice(0, 5)).toEqual([
    'month 2025-09-01 00:00',
    'month 2025-10-01 00:00',
    'month 2025-11-01 00:00',
    'month 2025-12-01 00:00',
    'year 2026-01-01 00:00',
  ]);
});

test('every bucket is marked where there is room, also the first', () => {
  expect(marks('day', '2026-03-27T12:00Z', 4, 8)).toHaveLength(4);
  expect(marks('month', '2026-03-01T12:00Z', 1, 8)).toEqual(['month 2026-03-01 00:00']);
});

test('there are never more marks than asked for', () => {
  for (const ticksMax of [2, 3, 5, 9, 14]) {
    for (const count of [1, 2, 7, 24, 48, 168, 744, 2160]) {
      expect(
        timeTicks(starts('hour', '2026-03-10T12:00Z', count), 'hour', BERLIN, ticksMax).length,
      ).toBeLessThanOrEqual(ticksMax);
    }
  }
  expect(timeTicks([], 'day', BERLIN, 5)).toEqual([]);
});
