import { expect, test } from 'bun:test';
import { instantOf } from './instant.ts';

const utc = (local: string, zone: string) => new Date(instantOf(local, zone) ?? Number.NaN).toISOString();

test('a local time is read in its zone, in summer and in winter', () => {
  expect(utc('2026-01-15T09:30', 'Europe/Berlin')).toBe('2026-01-15T08:30:00.000Z');
  expect(utc('2026-07-15T09:30', 'Europe/Berlin')).toBe('2026-07-15T07:30:00.000Z');
  expect(utc('2026-07-15T09:30', 'Asia/Kolkata')).toBe('2026-07-15T04:00:00.000Z');
});

test('a time that the clock skips is that of the hour after', () => {
  expect(utc('2026-03-29T02:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z');
});

test('what is no time is none', () => {
  expect(instantOf('', 'UTC')).toBeNull();
  expect(instantOf('tomorrow', 'UTC')).toBeNull();
});
