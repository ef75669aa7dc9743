import { expect, test } from 'bun:test';
import { utmOf, withUtm } from './utm.ts';

test('reads what an address says of its campaign', () => {
  expect(utmOf('https://a.example/?utm_source=mail&x=1&utm_campaign=Spring+sale#top')).toEqual({
    source: 'mail',
    medium: '',
    campaign: 'Spring sale',
    term: '',
    content: '',
  });
});

test.each([
  ['https://a.example/', 'source', 'mail', 'https://a.example/?utm_source=mail'],
  ['https://a.example/p#top', 'source', 'a b&c', 'https://a.example/p?utm_source=a+b%26c#top'],
  ['https://a.example/?b=%7E&utm_source=x&a', 'source', 'y', 'https://a.example/?b=%7E&utm_source=y&a'],
  ['https://a.example/?utm_source=x&utm_source=z', 'source', 'y', 'https://a.example/?utm_source=y'],
  ['https://a.example/?utm_source=x', 'source', '', 'https://a.example/'],
  ['https://a.example/?q=1&utm_medium=x&r=2', 'medium', '', 'https://a.example/?q=1&r=2'],
  ['https://a.example/?q=1', 'term', '', 'https://a.example/?q=1'],
  ['https://a.example', 'content', 'ü', 'https://a.example?utm_content=%C3%BC'],
] as const)('%s with %s=%s is %p', (url, field, value, expected) => {
  expect(withUtm(url, field, value)).toBe(expected);
});
