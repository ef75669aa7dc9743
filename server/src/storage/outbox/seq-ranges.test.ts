import { expect, test } from 'bun:test';
import { SeqRanges } from './seq-ranges.ts';

test('ranges that touch or overlap become one, in any order of adding', () => {
  expect([
    ...new SeqRanges([
      [10, 12],
      [1, 3],
      [4, 5],
      [11, 20],
    ]),
  ]).toEqual([
    [1, 5],
    [10, 20],
  ]);
  expect([
    ...new SeqRanges([
      [1, 3],
      [7, 9],
      [2, 8],
    ]),
  ]).toEqual([[1, 9]]);
});

test('only a stretch without a gap is covered', () => {
  const ranges = new SeqRanges([
    [1, 5],
    [10, 20],
  ]);
  expect(ranges.covers(2, 5)).toBe(true);
  expect(ranges.covers(4, 11)).toBe(false);
  expect(ranges.covers(9, 8)).toBe(true);
});

test('what lies beyond another set is counted', () => {
  expect(
    new SeqRanges([
      [1, 10],
      [20, 29],
    ]).countBeyond(
      new SeqRanges([
        [1, 4],
        [8, 22],
      ]),
    ),
  ).toBe(3 + 7);
});
