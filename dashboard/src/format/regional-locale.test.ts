import { expect, test } from 'bun:test';
import { regionalLocale } from './regional-locale.ts';

test.each([
  ['en', ['en-GB', 'en', 'de'], 'en-GB'],
  ['en', ['de-AT', 'en-IN', 'en-US'], 'en-IN'],
  ['de', ['de-CH'], 'de-CH'],
  ['de', ['en-GB', 'den-CA'], 'de'],
  ['en', ['en'], 'en'],
  ['en', [], 'en'],
])('%s of a browser that wants %j is %s', (language, wanted, locale) => {
  expect(regionalLocale(language, wanted)).toBe(locale);
});
