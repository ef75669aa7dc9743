import { expect, test } from 'bun:test';
import { dateText, dayStart, later, startOf } from './calendar.ts';

const iso = (at: number) => new Date(at).toISOString();

test('hours, days, weeks and months begin by the local clock', () => {
  const at = Date.parse('2026-03-20T22:47:12.345Z');
  expect(iso(startOf('hour', at, 'Asia/Kolkata'))).toBe('2026-03-20T22:30:00.000Z');
  expect(iso(startOf('day', at, 'Europe/Berlin'))).toBe('2026-03-19T23:00:00.000Z');
  expect(iso(startOf('day', at, 'Asia/Tokyo'))).toBe('2026-03-20T15:00:00.000Z');
  expect(iso(startOf('week', at, 'Europe/Berlin'))).toBe('2026-03-15T23:00:00.000Z');
  expect(iso(startOf('month', at, 'America/New_York'))).toBe('2026-03-01T05:00:00.000Z');
});

test('a day is as long as its clocks make it', () => {
  const before = Date.parse('2026-03-28T23:00:00Z');
  expect(iso(later('day', before, 1, 'Europe/Berlin'))).toBe('2026-03-29T22:00:00.000Z');
  expect(iso(later('week', before, -1, 'Europe/Berlin'))).toBe('2026-03-21T23:00:00.000Z');
  expect(iso(later('month', Date.parse('2026-02-28T23:00:00Z'), 1, 'Europe/Berlin'))).toBe('2026-03-31T22:00:00.000Z');
  expect(iso(later('hour', before, 2, 'Europe/Berlin'))).toBe('2026-03-29T01:00:00.000Z');
});

test('dates are read and written in their zone', () => {
  expect(dateText(Date.parse('2026-03-20T23:30:00Z'), 'Europe/Berlin')).toBe('2026-03-21');
  expect(dayStart('2026-03-21', 'Europe/Berlin')).toBe(Date.parse('2026-03-20T23:00:00Z'));
  for (const text of ['2026-02-30', '2026-13-01', 'yesterday', '20260301', '']) {
    expect(dayStart(text, 'UTC')).toBeNull();
  }
});
