import { expect, test } from 'bun:test';
import { type EdgeClicks, invariant, pastEdge, unaccounted } from './invariant.ts';

const edge = (given: Partial<EdgeClicks>): EdgeClicks => ({
  edgeId: 'e',
  accepted: 0,
  accounted: 0,
  committed: 0,
  discarded: 0,
  dead: 0,
  ...given,
});

test('sums close over edges that are behind, done, and gone', () => {
  const figures = invariant([
    edge({ accepted: 10, accounted: 6, committed: 4, discarded: 1, dead: 1 }),
    edge({ accepted: 5, accounted: 5, committed: 5 }),
    pastEdge({ edgeId: 'gone', watermark: 7, committed: 6, discarded: 0, dead: 1 }),
  ]);
  expect(figures).toEqual({ accepted: 22, committed: 15, discarded: 1, dead: 2, inFlight: 4 });
  expect(unaccounted(figures)).toBe(0);
});

test('a report older than the database takes nothing away', () => {
  const figures = invariant([edge({ accepted: 3, accounted: 8, committed: 8 })]);
  expect(figures).toMatchObject({ accepted: 8, inFlight: 0 });
  expect(unaccounted(figures)).toBe(0);
});

test('seqs that the database took without counting them are told', () => {
  expect(unaccounted(invariant([edge({ accepted: 8, accounted: 8, committed: 6 })]))).toBe(2);
});
