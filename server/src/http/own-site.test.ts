import { expect, test } from 'bun:test';
import { OwnSite } from './own-site.ts';

const unset = new OwnSite({ baseUrl: () => 'http://127.0.0.1:3000', baseUrlIsSet: false, appHost: null });
const named = new OwnSite({ baseUrl: () => 'https://go.example', baseUrlIsSet: true, appHost: 'app.go.example' });

test.each([
  [unset, 'http://127.0.0.1:3000', '127.0.0.1:3000', 'own'],
  [unset, 'http://links.lan', 'links.lan', 'own'],
  [unset, 'https://links.lan', 'links.lan', 'own'],
  [unset, 'http://links.lan', 'LINKS.lan:80', 'own'],
  [unset, 'http://evil.example', 'links.lan', 'other'],
  [unset, 'http://127.0.0.1:3001', '127.0.0.1:3000', 'other'],
  [named, 'https://go.example', '10.0.0.7:3000', 'own'],
  [named, 'https://app.go.example', '10.0.0.7:3000', 'own'],
  [named, 'https://other.example', 'other.example', 'own'],
  [named, 'http://go.example', 'go.example', 'other'],
  [named, 'https://go.example.evil.example', 'go.example', 'other'],
  [named, 'null', 'go.example', 'other'],
  [named, '', 'go.example', 'other'],
])('%# a page of %s%s asks under %s: %s', (site, origin, host, expected) => {
  expect(site.origin(new Headers({ origin, host }))).toBe(expected as 'own');
});

test('without an Origin it is not known whose page it is', () => {
  expect(named.origin(new Headers({ host: 'go.example' }))).toBe('unknown');
});
