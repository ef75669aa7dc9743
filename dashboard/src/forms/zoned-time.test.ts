import { expect, test } from 'bun:test';
import { instantOf, momentOf, wallClockOf } from './zoned-time.ts';

const at = (iso: string) => Date.parse(iso);

test('a usual time is one instant', () => {
  expect(momentOf({ date: '2026-07-01', time: '09:15' }, 'Europe/Berlin')).toEqual({
    kind: 'once',
    at: at('2026-07-01T07:15:00Z'),
  });
  expect(momentOf({ date: '2026-01-01', time: '00:00' }, 'Asia/Kathmandu')).toEqual({
    kind: 'once',
    at: at('2025-12-31T18:15:00Z'),
  });
  expect(momentOf({ date: '2026-07-01', time: '09:15' }, 'UTC')).toEqual({
    kind: 'once',
    at: at('2026-07-01T09:15:00Z'),
  });
});

test('a time that the clock skips is the one an hour later', () => {
  const moment = momentOf({ date: '2026-03-29', time: '02:30' }, 'Europe/Berlin');
  expect(moment).toEqual({ kind: 'skipped', at: at('2026-03-29T01:30:00Z') });
  expect(wallClockOf(at('2026-03-29T01:30:00Z'), 'Europe/Berlin')).toEqual({
    date: '2026-03-29',
    time: '03:30',
    later: false,
  });
});

test('a time that the clock shows twice is two instants, and either can be meant', () => {
  const clock = { date: '2026-10-25', time: '02:30' };
  expect(momentOf(clock, 'Europe/Berlin')).toEqual({
    kind: 'twice',
    first: at('2026-10-25T00:30:00Z'),
    second: at('2026-10-25T01:30:00Z'),
  });
  expect(instantOf(clock, 'Europe/Berlin', false)).toBe(at('2026-10-25T00:30:00Z'));
  expect(instantOf(clock, 'Europe/Berlin', true)).toBe(at('2026-10-25T01:30:00Z'));
});

test('half an hour of change is known too', () => {
  expect(momentOf({ date: '2026-10-04', time: '02:15' }, 'Australia/Lord_Howe')?.kind).toBe('skipped');
  expect(momentOf({ date: '2026-04-05', time: '01:45' }, 'Australia/Lord_Howe')?.kind).toBe('twice');
});

test('a wall clock and its instant lead to one another in every zone, around every change of a year', () => {
  for (const zone of ['America/New_York', 'Africa/Casablanca', 'Australia/Lord_Howe']) {
    for (let minute = at('2026-01-01T00:00:00Z'); minute < at('2027-01-01T00:00:00Z'); minute += 90 * 60_000) {
      const { later, ...clock } = wallClockOf(minute, zone);
      if (instantOf(clock, zone, later) !== minute) throw new Error(`${zone} ${new Date(minute).toISOString()}`);
    }
  }
});

test('what is no date and time is none', () => {
  for (const clock of [
    { date: '', time: '10:00' },
    { date: '2026-02-30x', time: '10:00' },
    { date: '2026-13-01', time: '10:00' },
    { date: '2026-01-01', time: '' },
    { date: '2026-01-01', time: '25:00' },
  ]) {
    expect(momentOf(clock, 'UTC')).toBeNull();
  }
});
