import { expect, test } from 'bun:test';
import { coversSeqs } from './confirmations.ts';

test('seqs are covered by the watermark, by ranges above it, and by both together', () => {
  const edge = {
    edgeId: 'e',
    watermark: 10,
    ranges: [
      [11, 12],
      [14, 20],
      [21, 25],
    ] as [number, number][],
  };
  expect(coversSeqs(edge, 1, 10)).toBe(true);
  expect(coversSeqs(edge, 5, 12)).toBe(true);
  expect(coversSeqs(edge, 5, 13)).toBe(false);
  expect(coversSeqs(edge, 13, 13)).toBe(false);
  expect(coversSeqs(edge, 14, 25)).toBe(true);
  expect(coversSeqs(edge, 20, 26)).toBe(false);
  expect(coversSeqs({ edgeId: 'x', watermark: 0, ranges: [] }, 1, 1)).toBe(false);
});
