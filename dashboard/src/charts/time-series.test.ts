import { expect, test } from 'bun:test';
import { bucketsOf } from './time-series.ts';

const day = (date: number, value: number) => ({
  start: `2026-03-${String(date).padStart(2, '0')}T00:00:00.000Z`,
  value,
});
const NOW = Date.parse('2026-03-03T12:00:00Z');

test('the running bucket has a line of its own, and what has not begun has no value', () => {
  const main = { name: 'Clicks', kind: 'main' as const, points: [day(1, 5), day(2, 7), day(3, 2), day(4, 0)] };
  const { running, values } = bucketsOf([main], 'day', 'UTC', NOW);
  expect(running).toBe(2);
  expect(values.main).toEqual([5, 7, null, null]);
  expect(values.running).toEqual([null, 7, 2, null]);
  expect(values.compare).toEqual([null, null, null, null]);
});

test('a period that is over has no running bucket, and the one before is laid over it', () => {
  const main = { name: 'Clicks', kind: 'main' as const, points: [day(1, 5), day(2, 7)] };
  const compare = { name: 'Before', kind: 'compare' as const, points: [day(1, 3)] };
  const { running, values } = bucketsOf([main, compare], 'day', 'UTC', NOW);
  expect(running).toBe(-1);
  expect(values).toEqual({ main: [5, 7], running: [null, null], compare: [3, null] });
});

test('nothing to draw is no error', () => {
  expect(bucketsOf([], 'day', 'UTC', NOW).starts).toEqual([]);
});
