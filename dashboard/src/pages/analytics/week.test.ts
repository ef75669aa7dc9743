import { expect, test } from 'bun:test';
import { bestHour, weekOf } from './week.ts';

test('hours go to their local weekday and hour', () => {
  const week = weekOf(
    [
      { start: '2026-03-20T22:00:00.000Z', clicks: 3 },
      { start: '2026-03-20T23:00:00.000Z', clicks: 4 },
      { start: '2026-03-27T23:00:00.000Z', clicks: 1 },
    ],
    'Europe/Berlin',
  );
  expect(week[4]?.[23]).toBe(3);
  expect(week[5]?.[0]).toBe(5);
  expect(week.flat().reduce((sum, clicks) => sum + clicks)).toBe(8);
  expect(bestHour(week)).toEqual({ day: 5, hour: 0, clicks: 5 });
});

test('a week without clicks has no best hour', () => {
  expect(bestHour(weekOf([], 'UTC'))).toBeNull();
});
