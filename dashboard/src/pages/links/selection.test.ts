import { expect, test } from 'bun:test';
import { allOrNone, extended, NOTHING, toggled, without } from './selection.ts';

const ORDER = ['a', 'b', 'c', 'd', 'e'];
const ids = ({ ids: of }: { ids: ReadonlySet<string> }) => [...of].sort().join('');

test('a row is taken in and out again', () => {
  const one = toggled(NOTHING, 'b');
  expect(ids(one)).toBe('b');
  expect(ids(toggled(one, 'b'))).toBe('');
});

test('a range runs from the row chosen last, either way, and keeps its beginning', () => {
  const down = extended(toggled(NOTHING, 'b'), 'd', ORDER);
  expect(ids(down)).toBe('bcd');
  expect(ids(extended(down, 'a', ORDER))).toBe('abcd');
});

test('a range without a beginning is one row', () => {
  expect(ids(extended(NOTHING, 'c', ORDER))).toBe('c');
  expect(ids(extended({ ids: new Set(['z']), anchor: 'z' }, 'c', ORDER))).toBe('cz');
});

test('all are taken, and all again means none', () => {
  const all = allOrNone(toggled(NOTHING, 'a'), ORDER);
  expect(ids(all)).toBe('abcde');
  expect(ids(allOrNone(all, ORDER))).toBe('');
  expect(ids(allOrNone(NOTHING, []))).toBe('');
});

test('rows that are gone are not chosen', () => {
  expect(ids(without(allOrNone(NOTHING, ORDER), new Set(['a', 'e'])))).toBe('bcd');
});
