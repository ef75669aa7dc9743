import { describe, expect, test } from 'bun:test';
import { DAY_MS, HOUR_MS } from '../platform/clock.ts';
import { bucketStarts, type Interval, isTimeZone, offsetSpans } from './time-buckets.ts';

function starts(from: string, to: string, interval: Interval, timeZone: string): string[] {
  const found = bucketStarts(Date.parse(from), Date.parse(to), interval, timeZone, 5000);
  return found.map((start) => new Date(start).toISOString().replace(':00.000Z', 'Z'));
}

describe('bucketStarts', () => {
  const cases: [
    what: string,
    given: [from: string, to: string, interval: Interval, zone: string],
    expected: string[],
  ][] = [
    [
      'the first bucket starts at or before the range',
      ['2025-05-01T10:20Z', '2025-05-01T12:00Z', 'hour', 'UTC'],
      ['2025-05-01T10:00Z', '2025-05-01T11:00Z'],
    ],
    [
      'a day of 23 hours',
      ['2025-03-09T05:00Z', '2025-03-10T05:00Z', 'day', 'America/New_York'],
      ['2025-03-09T05:00Z', '2025-03-10T04:00Z'],
    ],
    [
      'a day of 25 hours',
      ['2025-11-02T04:00Z', '2025-11-03T06:00Z', 'day', 'America/New_York'],
      ['2025-11-02T04:00Z', '2025-11-03T05:00Z'],
    ],
    [
      'hours of a zone at half an hour',
      ['2025-05-01T00:00Z', '2025-05-01T01:00Z', 'hour', 'Asia/Kolkata'],
      ['2025-04-30T23:30Z', '2025-05-01T00:30Z'],
    ],
    [
      'months of a zone at three quarters',
      ['2025-04-10T00:00Z', '2025-05-01T00:00Z', 'month', 'Pacific/Chatham'],
      ['2025-03-31T10:15Z', '2025-04-30T11:15Z'],
    ],
    [
      'a repeated half hour is a bucket of its own',
      ['2025-04-05T14:00Z', '2025-04-05T17:00Z', 'hour', 'Australia/Lord_Howe'],
      ['2025-04-05T14:00Z', '2025-04-05T15:00Z', '2025-04-05T15:30Z', '2025-04-05T16:30Z'],
    ],
    [
      'a date that the zone skipped has no bucket',
      ['2011-12-29T10:00Z', '2011-12-31T10:00Z', 'day', 'Pacific/Apia'],
      ['2011-12-29T10:00Z', '2011-12-30T10:00Z'],
    ],
    [
      "a day that starts at one o'clock",
      ['2018-11-03T12:00Z', '2018-11-05T00:00Z', 'day', 'America/Sao_Paulo'],
      ['2018-11-03T03:00Z', '2018-11-04T03:00Z'],
    ],
    [
      'weeks start on Monday',
      ['2025-01-01T00:00Z', '2025-01-14T00:00Z', 'week', 'UTC'],
      ['2024-12-30T00:00Z', '2025-01-06T00:00Z', '2025-01-13T00:00Z'],
    ],
    [
      'days before the epoch',
      ['1969-12-31T12:00Z', '1970-01-01T12:00Z', 'day', 'UTC'],
      ['1969-12-31T00:00Z', '1970-01-01T00:00Z'],
    ],
  ];
  test.each(cases)('%s', (_, given, expected) => {
    expect(starts(...given)).toEqual(expected);
  });

  test('too many buckets and unknown zones are refused by name', () => {
    expect(() => bucketStarts(0, 5001 * HOUR_MS, 'hour', 'UTC', 5000)).toThrow('interval');
    expect(() => bucketStarts(0, DAY_MS, 'day', 'Nowhere/Land', 5000)).toThrow('timeZone');
  });
});

describe('offsetSpans', () => {
  test('names the minute at which clocks change', () => {
    expect(offsetSpans(Date.UTC(2025, 2, 1), Date.UTC(2025, 3, 1), 'Europe/Berlin')).toEqual([
      { start: Date.UTC(2025, 2, 1), end: Date.UTC(2025, 2, 30, 1), offset: HOUR_MS },
      { start: Date.UTC(2025, 2, 30, 1), end: Date.UTC(2025, 3, 1), offset: 2 * HOUR_MS },
    ]);
  });
});

test('isTimeZone knows zones from other words', () => {
  expect(['UTC', 'Asia/Kolkata', '', 'x'].map(isTimeZone)).toEqual([true, true, false, false]);
});
