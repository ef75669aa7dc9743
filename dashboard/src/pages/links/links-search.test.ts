import { describe, expect, test } from 'bun:test';
import { linksSearch, listOptions } from './links-search.ts';

describe('linksSearch', () => {
  test('keeps what the list knows and drops the rest', () => {
    expect(linksSearch({ q: 'spring', show: 'expired', sort: '-clicks', page: '2' })).toEqual({
      q: 'spring',
      show: 'expired',
      sort: '-clicks',
    });
    expect(linksSearch({ q: '', show: 'all', sort: 'title' })).toEqual({});
  });

  test('leaves out the order that the API has by itself', () => {
    expect(linksSearch({ sort: '-createdAt' })).toEqual({});
  });

  test('takes the first of several values and cuts what is too long to search by', () => {
    expect(linksSearch({ q: ['a', 'b'] })).toEqual({ q: 'a' });
    expect([...(linksSearch({ q: '😀'.repeat(300) }).q ?? '')]).toHaveLength(200);
  });
});

describe('listOptions', () => {
  test('shows links as active only while they lead somewhere', () => {
    expect(listOptions({ show: 'active' })).toEqual({ active: true, expired: false, sort: '-createdAt' });
  });

  test('asks for the deleted ones alone', () => {
    expect(listOptions({ show: 'deleted', q: '  a ' })).toEqual({ deleted: true, q: 'a', sort: '-createdAt' });
  });
});
