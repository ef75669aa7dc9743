import { describe, expect, test } from 'bun:test';
import { acceptsEncoding, preferredLanguage } from './accept.ts';

describe('a content coding', () => {
  test.each([
    ['', false],
    ['gzip', false],
    ['br', true],
    ['gzip, deflate, br, zstd', true],
    ['BR;q=1.0', true],
    ['gzip;q=1, br;q=0.001', true],
    ['br;q=0', false],
    ['br; q=0.000, *', false],
    ['*', true],
    ['*;q=0', false],
    ['identity;q=1, *;q=0', false],
    ['br;q=2', false],
    ['brotli', false],
  ])('"%s" allows br: %p', (header, expected) => {
    expect(acceptsEncoding(header, 'br')).toBe(expected);
  });
});

describe('a language', () => {
  test.each([
    ['', 'en'],
    ['fr', 'en'],
    ['*', 'en'],
    ['de', 'de'],
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['en-GB,en;q=0.9,de;q=0.8', 'en'],
    ['en;q=0.5, de;q=0.6', 'de'],
    ['de;q=0', 'en'],
    ['den', 'en'],
    [';;q=,,', 'en'],
  ])('"%s" is answered in %s', (header, expected) => {
    expect(preferredLanguage(header, ['en', 'de'])).toBe(expected as 'en');
  });
});
