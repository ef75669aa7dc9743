import { expect, test } from 'bun:test';
import { placeOf } from './tooltip-place.ts';

const window = { width: 400, height: 800 };
const tip = { width: 100, height: 20 };

test('a tooltip stands above the middle of its element', () => {
  expect(placeOf({ left: 200, top: 300, width: 40, height: 30 }, tip, window)).toEqual({ left: 170, top: 274 });
});

test('it stands below where there is no room above', () => {
  expect(placeOf({ left: 200, top: 10, width: 40, height: 30 }, tip, window).top).toBe(46);
});

test('it stays within the window', () => {
  expect(placeOf({ left: 0, top: 300, width: 20, height: 30 }, tip, window).left).toBe(8);
  expect(placeOf({ left: 380, top: 300, width: 20, height: 30 }, tip, window).left).toBe(292);
});
