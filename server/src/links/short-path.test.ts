import { describe, expect, test } from 'bun:test';
import { shortCode } from './short-path.ts';

describe('the code that a path asks for', () => {
  test.each([
    ['/abc1234', 'abc1234'],
    ['/abc1234/', 'abc1234'],
    ['/12345', '12345'],
    ['/r/abc', 'abc'],
    ['/s/abc/', 'abc'],
    ['/urls/abc', 'abc'],
    ['/urls/abc/', 'abc'],
    ['/urls/short/abc', 'abc'],
    ['/urls/abc/redirect', 'abc'],
    ['/urls/short', 'short'],
    ['/urls/12a', '12a'],
    ['/urls/short/12', '12'],
  ])('%s asks for %s', (path, code) => expect(shortCode(path)).toBe(code));

  test.each([
    '/',
    '//',
    '/health',
    '/users',
    '/users/5',
    '/urls',
    '/urls/',
    '/urls/12',
    '/urls/12/',
    '/urls/12/analytics',
    '/urls/abc/analytics',
    '/urls/abc/redirect/more',
    '/r/',
    '/r/a/b',
    '/app/x',
    '/api/v1/links',
    '/a/b',
  ])('%s is no path of a short link', (path) => expect(shortCode(path)).toBeNull());
});
