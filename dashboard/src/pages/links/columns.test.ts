import { expect, test } from 'bun:test';
import { COLUMN_NAMES, fittingColumns, gridTracks } from './columns.ts';

test('a wide page shows all chosen columns in their own order', () => {
  expect(fittingColumns(['clicks', 'destination'], 1200)).toEqual(['destination', 'clicks']);
});

test('where room is short the last columns give way', () => {
  expect(fittingColumns(COLUMN_NAMES, 700)).toEqual(['destination', 'trend', 'clicks']);
  expect(fittingColumns(COLUMN_NAMES, 300)).toEqual([]);
});

test('a row has a track for each column besides its checkbox, short link and menu', () => {
  expect(gridTracks(['clicks'])).toBe('2.5rem minmax(0, 1.7fr) 5rem 2.75rem');
});
