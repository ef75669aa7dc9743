import { expect, test } from 'bun:test';
import type { LinkFields } from '../../forms/link-draft.ts';
import { conflictsOf, merged } from './conflict.ts';

const base: LinkFields = {
  url: 'https://a.example/',
  title: 'Spring',
  active: true,
  expiresAt: null,
  redirectStatus: 302,
};

test('whoever changed a field is followed; where both did, the one who saves', () => {
  const mine = { ...base, title: 'Mine', url: 'https://mine.example/' };
  const theirs = { ...base, title: 'Theirs', active: false };
  expect(conflictsOf(base, mine, theirs)).toEqual([
    { field: 'url', suggested: 'mine' },
    { field: 'title', suggested: 'mine' },
    { field: 'active', suggested: 'theirs' },
  ]);
  expect(merged(mine, theirs, { url: 'mine', title: 'theirs', active: 'theirs' })).toEqual({
    ...base,
    url: 'https://mine.example/',
    title: 'Theirs',
    active: false,
  });
});

test('two who made the same change are no conflict', () => {
  expect(conflictsOf(base, { ...base, title: 'Same' }, { ...base, title: 'Same' })).toEqual([]);
});
