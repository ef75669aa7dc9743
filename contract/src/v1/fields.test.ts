import { expect, test } from 'bun:test';
import { parseTime, text } from './fields.ts';

test.each([
  ['2026-01-31T12:00:00Z', Date.UTC(2026, 0, 31, 12)],
  ['2026-01-31t12:00:00.25z', Date.UTC(2026, 0, 31, 12, 0, 0, 250)],
  ['2026-01-31T12:00:00.123456789+05:30', Date.UTC(2026, 0, 31, 6, 30, 0, 123)],
  ['2024-02-29T00:00:00-01:00', Date.UTC(2024, 1, 29, 1)],
  ['1970-01-01T00:00:00Z', 0],
  ['9999-12-31T23:59:59Z', Date.UTC(9999, 11, 31, 23, 59, 59)],
])('%s is a time', (value, at) => {
  expect(parseTime(value)).toBe(at);
});

test.each([
  '2026-01-31',
  '2026-01-31T12:00:00',
  '2026-01-31 12:00:00Z',
  '2026-02-29T12:00:00Z',
  '2026-00-10T12:00:00Z',
  '2026-01-31T24:00:00Z',
  '2026-01-31T12:00:60Z',
  '2026-01-31T12:00:00+24:00',
  '1969-12-31T23:59:59Z',
  '9999-12-31T23:59:59-01:00',
  '0000-01-01T00:00:00Z',
  '',
])('%j is none', (value) => {
  expect(parseTime(value)).toBeNull();
});

test('lengths count code points, and what no database keeps is refused', () => {
  const field = text(3);
  expect(field.safeParse('😀😀😀').success).toBe(true);
  for (const value of ['😀😀😀😀', 'aaaa', 'a\u0000', '\udc00', 5]) expect(field.safeParse(value).success).toBe(false);
});
