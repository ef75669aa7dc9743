import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { checkDestination, displayHost } from './destination.ts';

const own = (host: string) => ['short.example', 'localhost:3000'].includes(host);
const stored = (text: string) => {
  const checked = checkDestination(text, own);
  return checked.ok ? checked.url : checked.code;
};

test.each([
  ['https://example.com'],
  ['HTTPS://EXAMPLE.com/%7Euser/a%20b?x=%2F#part'],
  ['http://localhost:9/'],
  ['http://intranet/wiki'],
  ['http://192.0.2.1:8080/'],
  ['http://[2001:db8::1]/'],
  ['https://example.com/?q=a\\b@c'],
  [`https://example.com/${'a'.repeat(2028)}`],
])('%s is kept byte for byte', (text) => {
  expect(stored(text)).toBe(text);
});

test.each([
  ['https://bücher.example/ü?q=ü', 'https://xn--bcher-kva.example/%C3%BC?q=%C3%BC'],
  ['https://example.com/\u202egpj.exe', 'https://example.com/%E2%80%AEgpj.exe'],
])('%s is stored as the parser writes it', (text, url) => {
  expect(stored(text)).toBe(url);
});

test.each([
  ['somewhere'],
  ['//example.com'],
  ['http:example.com'],
  ['http:///example.com'],
  ['https://'],
  ['https://?q'],
  ['https://.'],
  ['https://.:80'],
  ['ftp://example.com/'],
  ['javascript:alert(1)//http://example.com'],
  ['https://example.com:99999/'],
  ['https://exa%00mple.com/'],
  ['https://name:secret@example.com/'],
  ['https://@example.com/'],
  ['https://example.com\\@evil.example/'],
  [' https://example.com'],
  ['https://example.com/a b'],
  ['https://example.com/a\u00a0b'],
  ['https://example.com/\r\nX: y'],
  ['https://example.com/\u0085'],
  ['https://example.com/\ud800'],
  [`https://example.com/${'a'.repeat(2029)}`],
  [`https://example.com/${'🌍'.repeat(1000)}`],
])('%p is refused', (text) => {
  expect(stored(text)).toBe('invalid_url');
});

test.each([
  ['https://short.example/x'],
  ['https://SHORT.example.'],
  ['http://localhost:3000'],
  ['http://localhost.:3000/a'],
])('%s would be a loop', (text) => {
  expect(stored(text)).toBe('self_link');
});

test('whatever is accepted is visible ASCII, leads to a host and is accepted again', () => {
  const text = fc.oneof(
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc.string({ unit: 'binary' }).map((tail) => `https://example.com/${tail}`),
    fc.string({ unit: 'grapheme' }).map((host) => `http://${host}.example/`),
    fc.string(),
  );
  fc.assert(
    fc.property(text, (given) => {
      const checked = checkDestination(given, own);
      if (!checked.ok) return;
      expect(checked.url).toMatch(/^https?:\/\/[\x21-\x7e]+$/i);
      expect(displayHost(checked.url)).not.toBe('');
      if (checked.url.length <= 2048) expect(checkDestination(checked.url, own)).toEqual(checked);
    }),
    { numRuns: 2000 },
  );
});
