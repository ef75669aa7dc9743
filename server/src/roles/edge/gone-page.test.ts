import { describe, expect, test } from 'bun:test';
import { HTML_TYPE } from '../../http/page.ts';
import { refusal } from './gone-page.ts';

const asking = (headers: Record<string, string>) => (name: string) => headers[name] ?? '';
const program = asking({ accept: '*/*' });
const browser = (language = '') => asking({ accept: 'text/html,*/*;q=0.8', 'accept-language': language });

const KINDS = ['not_found', 'inactive', 'expired', 'unavailable'] as const;

describe('a visit without a redirect', () => {
  test.each(KINDS)('is a small page without gaps in it, in two languages: %s', (kind) => {
    const [english, german] = ['en', 'de'].map((language) => refusal({ kind }, browser(language)));
    for (const shown of [english, german]) {
      expect(shown?.contentType).toBe(HTML_TYPE);
      expect(shown?.body).toMatch(/<h1>[^<{]+<\/h1>\n<p class="soft">[^<{]+<\/p>/);
      expect(Buffer.byteLength(shown?.body ?? '')).toBeLessThan(4096);
    }
    expect(english?.body).toContain('<html lang="en">');
    expect(german?.body).toContain('<html lang="de">');
  });

  test('leaves no trace of a link that is switched off', () => {
    expect(refusal({ kind: 'inactive' }, program)).toEqual(refusal({ kind: 'not_found' }, program));
    expect(refusal({ kind: 'inactive' }, browser())).toEqual(refusal({ kind: 'not_found' }, browser()));
  });

  test('says why a link is quarantined, whatever the words', () => {
    const reason = 'says "<b>$& {reason}</b>"\\ & more';
    const { status, body, contentType } = refusal({ kind: 'quarantined', reason }, program);
    expect([status, contentType]).toEqual([410, 'application/json']);
    expect(JSON.parse(body)).toEqual({
      error: `URL is quarantined: ${reason}`,
      code: 'quarantined',
      status: 410,
      details: [],
    });
    const page = refusal({ kind: 'quarantined', reason }, browser()).body;
    expect(page).toContain('unsafe: says &quot;&lt;b&gt;$&amp; {reason}&lt;/b&gt;&quot;\\ &amp; more</p>');
    expect(refusal({ kind: 'quarantined', reason: 'x' }, browser('de')).body).toContain('unsicher erkannt: x</p>');
  });

  test('is JSON for programs', () => {
    expect(JSON.parse(refusal({ kind: 'expired' }, program).body)).toEqual({
      error: 'URL has expired',
      code: 'expired',
      status: 410,
      details: [],
    });
  });
});
