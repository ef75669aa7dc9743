import { expect, test } from 'bun:test';
import { hostOfOrigin, referrerOrigin } from './referrer.ts';

test.each([
  ['', ''],
  ['https://www.Example.COM/a?b#c', 'example.com'],
  ['http://news.example.org:8080/x', 'news.example.org'],
  ['https://www.co/', 'www.co'],
  ['https://www.bücher.example/', 'xn--bcher-kva.example'],
  ['https://example.com.', 'example.com'],
  ['https://user:secret@example.com/', 'example.com'],
  ['https://user:secret@evil.example@example.com/', 'example.com'],
  ['https://192.0.2.7/', '192.0.2.7'],
  ['https://[2001:db8::1]:443/', '[2001:db8::1]'],
  ['android-app://com.google.android.gm/', 'com.google.android.gm'],
  ['android-app://COM.Slack', 'com.slack'],
  ['android-app://a b/', 'a'],
  ['android-app://%00%ff/', ''],
  ['ftp://example.com/', ''],
  ['javascript:alert(1)', ''],
  ['about:client', ''],
  ['example.com/path', ''],
  ['https://', ''],
  ['https:///path', ''],
  ['https://exa mple.com/', 'exa'],
  ['https://ex%00ample.com/', ''],
  [`https://${'a'.repeat(600)}.example/`, 'a'.repeat(512)],
])('the referrer %j came from %j', (referrer, host) => {
  expect(hostOfOrigin(referrerOrigin(referrer))).toBe(host);
});

test('path and query take no part in what is remembered', () => {
  expect(referrerOrigin('https://example.com/private?token=1')).toBe('https://example.com');
});
