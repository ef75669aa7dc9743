import { describe, expect, test } from 'bun:test';
import { LIMITS, QUALITIES } from '@waymark/contract';
import fc from 'fast-check';
import { hash52, randomSalt } from '../../platform/visitor-hash.ts';
import type { OutboxClick } from '../click.ts';
import { createEnricher } from './enricher.ts';
import { type GeoLookup, NOWHERE } from './geo.ts';
import { createVisitorHasher } from './visitor.ts';

const salt = randomSalt();
const visitors = createVisitorHasher({ saltFor: () => salt, hash: hash52, randomSalt });
const geo: GeoLookup = {
  find: (address) => (address.startsWith('192.0.2.') ? { country: 'DE', region: 'Hesse', city: 'Kassel' } : NOWHERE),
};
const enricher = () => createEnricher({ geo, visitors });

const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';
const click: OutboxClick = {
  seq: 1,
  at: Date.UTC(2026, 0, 2, 3, 4, 5),
  linkId: 11,
  urlVersion: 3,
  domainId: 1,
  address: '192.0.2.1',
  userAgent: chrome,
  referrer: 'https://www.example.com/page',
  acceptLanguage: 'de-DE,de;q=0.9,en;q=0.8',
  purpose: '',
  query: 'utm_source=news&utm_campaign=May+sale',
};

test('a click of a person is described whole, without its address', () => {
  const enriched = enricher()(click);
  expect(enriched).toEqual({
    seq: 1,
    at: click.at,
    linkId: 11,
    urlVersion: 3,
    country: 'DE',
    region: 'Hesse',
    city: 'Kassel',
    device: 'desktop',
    browser: 'Chrome',
    os: 'Windows',
    referrer: 'example.com',
    utmSource: 'news',
    utmMedium: '',
    utmCampaign: 'May sale',
    utmTerm: '',
    utmContent: '',
    language: 'de',
    quality: 'human',
    reason: '',
    visitor: visitors.hash(click),
  });
  expect(JSON.stringify(enriched)).not.toContain('192.0.2.1');
});

describe('the quality of a click', () => {
  const pingdom = 'Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)';
  test.each([
    ['prefetch', 'header:sec-purpose', { purpose: 'prefetch;prerender' }],
    ['prefetch', 'header:sec-purpose', { purpose: 'Preview' }],
    ['prefetch', 'header:sec-purpose', { purpose: 'prefetch', userAgent: pingdom }],
    ['monitor', 'monitor:pingdom', { userAgent: pingdom }],
    ['monitor', 'monitor:uptimerobot', { userAgent: 'UptimeRobot/2.0 facebookexternalhit Googlebot' }],
    ['preview', 'preview:facebook', { userAgent: 'facebookexternalhit/1.1 Googlebot' }],
    ['bot', 'user-agent:http-library', { userAgent: 'curl/8.5.0' }],
    ['bot', 'user-agent:missing', { userAgent: '' }],
    ['human', '', { purpose: 'navigate' }],
  ] as const)('is %s because of %j for %j', (quality, reason, facts) => {
    expect(enricher()({ ...click, ...facts })).toMatchObject({ quality, reason });
  });

  test('is duplicate for the same visitor on the same link within ten seconds', () => {
    const enrich = enricher();
    const qualities = [0, 9999, 10_000].map((after, i) => enrich({ ...click, seq: i + 1, at: click.at + after }));
    expect(qualities.map(({ quality, reason }) => [quality, reason])).toEqual([
      ['human', ''],
      ['duplicate', 'repeat:10s'],
      ['human', ''],
    ]);
  });

  test('is human for a first visit after a prefetch, and bot for every visit of a bot', () => {
    const enrich = enricher();
    enrich({ ...click, seq: 1, purpose: 'prefetch' });
    expect(enrich({ ...click, seq: 2 }).quality).toBe('human');
    const bot = { ...click, userAgent: 'curl/8.5.0' };
    expect([enrich({ ...bot, seq: 3 }).quality, enrich({ ...bot, seq: 4 }).quality]).toEqual(['bot', 'bot']);
  });

  test('is never duplicate where the address is not known', () => {
    const enrich = enricher();
    expect([1, 2].map((seq) => enrich({ ...click, seq, address: '' }).quality)).toEqual(['human', 'human']);
  });
});

test('any click is enriched: never a throw, one quality, every text clean and within the cap', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 520 }),
    fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 520 }).map((units) => String.fromCharCode(...units)),
    fc
      .constantFrom(...(['address', 'userAgent', 'referrer', 'acceptLanguage', 'query'] as const))
      .map((name) => click[name]),
  );
  const rest = text.map((tail) => `utm_source=${tail}&utm_term=%${tail}`);
  const clicks = fc.record({
    seq: fc.integer({ min: 1, max: 2 ** 40 }),
    at: fc.integer({ min: -(2 ** 45), max: 2 ** 45 }),
    linkId: fc.integer({ min: 1, max: LIMITS.idMax }),
    urlVersion: fc.nat(),
    domainId: fc.nat(),
    address: text,
    userAgent: text,
    referrer: fc.oneof(
      text,
      text.map((tail) => `https://${tail}`),
      text.map((tail) => `android-app://${tail}`),
    ),
    acceptLanguage: text,
    purpose: text,
    query: fc.oneof(text, rest),
  });
  const wild: GeoLookup = { find: (address) => ({ country: address, region: address, city: address }) };
  const enrich = createEnricher({ geo: wild, visitors });
  fc.assert(
    fc.property(clicks, (each) => {
      const enriched = enrich(each);
      expect(QUALITIES).toContain(enriched.quality);
      expect(enriched.reason === '').toBe(enriched.quality === 'human');
      expect(Number.isSafeInteger(enriched.visitor)).toBe(true);
      for (const value of Object.values(enriched)) {
        if (typeof value !== 'string') continue;
        expect(Buffer.byteLength(value)).toBeLessThanOrEqual(LIMITS.capturedBytesMax);
        expect(value.isWellFormed() && !/\p{Cc}/u.test(value)).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});
