import { expect, test } from 'bun:test';
import { filterGroups, pickedOf, toggled, without } from './filters.ts';

test('values of one dimension are alternatives and stand together', () => {
  const filters = ['country:DE', 'device:mobile', 'country:', 'referrer:a:b'];
  expect(filterGroups(filters)).toEqual([
    { dimension: 'country', values: ['DE', ''] },
    { dimension: 'device', values: ['mobile'] },
    { dimension: 'referrer', values: ['a:b'] },
  ]);
  expect(pickedOf(filters, 'country')).toEqual(['DE', '']);
  expect(pickedOf(filters, 'city')).toEqual([]);
  expect(without(filters, 'country')).toEqual(['device:mobile', 'referrer:a:b']);
});

test('a value goes in and out', () => {
  expect(toggled([], 'country', 'DE')).toEqual(['country:DE']);
  expect(toggled(['country:DE', 'os:iOS'], 'country', 'DE')).toEqual(['os:iOS']);
});
