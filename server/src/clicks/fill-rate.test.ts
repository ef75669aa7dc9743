import { expect, test } from 'bun:test';
import { FillRate } from './fill-rate.ts';

test('the time to full follows from two looks a second or more apart', () => {
  const rate = new FillRate();
  expect(rate.secondsToFull(0, 100, 1000)).toBeNull();
  expect(rate.secondsToFull(500, 200, 900)).toBeNull();
  expect(rate.secondsToFull(2000, 300, 800)).toBe(8);
});

test('a store that shrinks or stands still has no such time', () => {
  const rate = new FillRate();
  rate.secondsToFull(0, 100, 1000);
  expect(rate.secondsToFull(1000, 100, 1000)).toBeNull();
  expect(rate.secondsToFull(2000, 50, 1050)).toBeNull();
});

test('a look of long ago says nothing of now', () => {
  const rate = new FillRate();
  rate.secondsToFull(0, 100, 1000);
  expect(rate.secondsToFull(3_600_000, 200, 900)).toBeNull();
});
