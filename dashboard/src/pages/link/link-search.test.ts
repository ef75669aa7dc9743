import { expect, test } from 'bun:test';
import { linkSearch } from './link-search.ts';

test('the form and the analytics live in one address', () => {
  expect(linkSearch({ edit: '1', filter: ['country:DE', 'device:mobile'] })).toMatchObject({
    edit: '1',
    filter: ['country:DE', 'device:mobile'],
  });
  expect(linkSearch({ edit: 'yes' }).edit).toBeUndefined();
});
