import { describe, expect, test } from 'bun:test';
import { analyticsSearch, changed } from './analytics-search.ts';
import { addressOf, before, intervalsOf, neighbour, periodOf } from './period.ts';

const TZ = 'Europe/Berlin';
/** 15:20 in Berlin, on a Friday; clocks go forward on the 29th. */
const NOW = Date.parse('2026-03-20T14:20:00Z');
const iso = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());
const span = (period: { from: number; to: number } | null) => [iso(period?.from), iso(period?.to)];

describe('presets', () => {
  test.each([
    ['today', '2026-03-19T23:00:00.000Z', '2026-03-20T14:30:00.000Z'],
    ['24h', '2026-03-19T15:00:00.000Z', '2026-03-20T14:30:00.000Z'],
    ['7d', '2026-03-13T23:00:00.000Z', '2026-03-20T14:30:00.000Z'],
    ['month', '2026-02-28T23:00:00.000Z', '2026-03-20T14:30:00.000Z'],
    ['last-month', '2026-01-31T23:00:00.000Z', '2026-02-28T23:00:00.000Z'],
    ['12mo', '2025-03-31T22:00:00.000Z', '2026-03-20T14:30:00.000Z'],
  ] as const)('%s', (period, from, to) => {
    expect(span(periodOf({ period }, NOW, TZ))).toEqual([from, to]);
  });

  test('all begins with the first click, and has nothing before it', () => {
    const period = periodOf({ period: 'all' }, NOW, TZ, Date.parse('2024-07-01T10:00:00Z'));
    expect(iso(period.from)).toBe('2024-06-30T22:00:00.000Z');
    expect(before(period, TZ)).toBeNull();
    expect(neighbour(period, -1, NOW, TZ)).toBeNull();
  });
});

test('the same question is asked for a quarter of an hour', () => {
  const at = (now: string) => periodOf({ period: '7d' }, Date.parse(now), TZ);
  expect(at('2026-03-20T14:15:00Z')).toEqual(at('2026-03-20T14:29:59.999Z'));
});

test('days of an address are whole local days, the last one included', () => {
  expect(span(periodOf({ from: '2026-03-01', to: '2026-03-02' }, NOW, TZ))).toEqual([
    '2026-02-28T23:00:00.000Z',
    '2026-03-02T23:00:00.000Z',
  ]);
  expect(periodOf({ from: '2026-03-02', to: '2026-03-01' }, NOW, TZ).preset).toBe('30d');
  expect(periodOf({ from: 'yesterday' }, NOW, TZ).preset).toBe('30d');
  expect(periodOf({ from: '2027-01-01', to: '2027-01-02', period: '7d' }, NOW, TZ).preset).toBe('7d');
  expect(periodOf({ from: '1990-01-01', to: '2026-01-02' }, NOW, TZ).preset).toBe('30d');
});

test('what runs is compared with as much of the one before', () => {
  expect(span(before(periodOf({ period: 'today' }, NOW, TZ), TZ))).toEqual([
    '2026-03-18T23:00:00.000Z',
    '2026-03-19T14:30:00.000Z',
  ]);
  expect(span(before(periodOf({ period: 'month' }, NOW, TZ), TZ))).toEqual([
    '2026-01-31T23:00:00.000Z',
    '2026-02-20T14:30:00.000Z',
  ]);
  expect(span(before(periodOf({ period: 'last-month' }, NOW, TZ), TZ))).toEqual([
    '2025-12-31T23:00:00.000Z',
    '2026-01-31T23:00:00.000Z',
  ]);
});

test('periods are stepped through by the calendar', () => {
  const back = (search: Parameters<typeof periodOf>[0]) => neighbour(periodOf(search, NOW, TZ), -1, NOW, TZ);
  expect(back({ period: 'today' })).toEqual({ from: '2026-03-19', to: '2026-03-19' });
  expect(back({ period: 'month' })).toEqual({ from: '2026-02-01', to: '2026-02-28' });
  expect(back({ from: '2026-02-01', to: '2026-02-28' })).toEqual({ from: '2026-01-01', to: '2026-01-31' });
  expect(back({ from: '2026-03-03', to: '2026-03-05' })).toEqual({ from: '2026-02-28', to: '2026-03-02' });
  expect(neighbour(periodOf({ period: 'today' }, NOW, TZ), 1, NOW, TZ)).toBeNull();
  expect(neighbour(periodOf({ period: 'last-month' }, NOW, TZ), 1, NOW, TZ)).toEqual({
    from: '2026-03-01',
    to: '2026-03-31',
  });
});

test('a part that is no whole days is named by its times', () => {
  expect(addressOf(Date.parse('2026-03-19T23:00:00Z'), Date.parse('2026-03-20T05:00:00Z'), TZ)).toEqual({
    from: '2026-03-19T23:00:00.000Z',
    to: '2026-03-20T05:00:00.000Z',
  });
});

test('intervals fit the period', () => {
  const fit = (period: Parameters<typeof periodOf>[0]) => intervalsOf(periodOf(period, NOW, TZ));
  expect(fit({ period: 'today' })).toEqual({ fit: ['hour'], best: 'hour' });
  expect(fit({ period: '7d' })).toEqual({ fit: ['hour', 'day'], best: 'day' });
  expect(fit({ period: '12mo' })).toEqual({ fit: ['day', 'week', 'month'], best: 'week' });
  expect(fit({ from: '2019-01-01', to: '2026-01-01' })).toEqual({ fit: ['week', 'month'], best: 'month' });
});

test('what an address says and is not understood is left out', () => {
  expect(
    analyticsSearch({
      filter: ['country:DE', 'colour:red', 'country:DE'],
      quality: 'human',
      tz: 'Moon/Base',
      link: 'x',
    }),
  ).toEqual({ filter: ['country:DE'], quality: 'human' });
  expect(changed({ period: '7d', compare: '1' }, { compare: undefined, table: '1' })).toEqual({
    period: '7d',
    table: '1',
  });
});
