import { expect, test } from 'bun:test';
import { activitySearch, isOwnType } from './activity-search.ts';

test('takes a link and a type from the address, and leaves out what is neither', () => {
  expect(activitySearch({ link: '12', type: 'click', other: 'x' })).toEqual({ link: '12', type: 'click' });
  expect(activitySearch({ link: 'abc', type: ' ' })).toEqual({});
  expect(activitySearch({ link: ['7', '8'] })).toEqual({ link: '7' });
});

test('tells types that Waymark writes from those that clients post', () => {
  expect(isOwnType('restored')).toBe(true);
  expect(isOwnType('conversion')).toBe(false);
});
