import { expect, test } from 'bun:test';
import { isKnown } from '../../../http/if-none-match.ts';
import { linkETag, matchedVersions } from './etag.ts';

test('an ETag changes with the version and with the counts', () => {
  const link = { version: 3, clicks: 12, humanClicks: 10 };
  expect(linkETag(link)).toBe('"3-12-10"');
  expect(linkETag({ ...link, clicks: 13 })).not.toBe(linkETag(link));
});

test.each([
  [undefined, null],
  ['*', null],
  [' * ', null],
  ['"3-12-10"', [3]],
  ['"3"', [3]],
  ['"3-12-10", "4"', [3, 4]],
  ['W/"3-12-10"', []],
  ['W/"3", "5"', [5]],
  ['3', []],
  ['"3-12"', []],
  ['""', []],
  ['', []],
])('If-Match %j lets pass the versions %j', (header, versions) => {
  expect(matchedVersions(header)).toEqual(versions);
});

test('If-None-Match compares weakly, over lists and with *', () => {
  for (const header of ['"1-0-0"', 'W/"1-0-0"', '"x", "1-0-0"', '*']) expect(isKnown(header, '"1-0-0"')).toBe(true);
  for (const header of [undefined, '', '"1"', '1-0-0', '"1-0-1"']) expect(isKnown(header, '"1-0-0"')).toBe(false);
});
