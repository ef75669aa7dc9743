import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { LinkId, RedirectStatus, ReplicaLink } from '../../links/link.ts';
import { hashCode } from './code-hash.ts';
import { LinkCache } from './link-cache.ts';

const link = (code: string, override: Partial<ReplicaLink> = {}): ReplicaLink => ({
  id: 7 as LinkId,
  code,
  url: `https://example.com/${code}`,
  urlVersion: 1,
  redirectStatus: 302,
  active: true,
  expiresAt: null,
  quarantineReason: null,
  ...override,
});

/** A cache that is asked by code alone. */
function linkCache(linksMax: number) {
  const cache = new LinkCache(linksMax);
  const hash = (code: string) => hashCode(code, 7);
  return {
    add: (link: ReplicaLink) => cache.add(link, hash(link.code)),
    get: (code: string) => cache.get(code, hash(code)),
    remove: (code: string) => cache.remove(code, hash(code)),
  };
}

test('a link comes back as it was added, whatever its numbers', () => {
  const links = fc.record({
    id: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }) as fc.Arbitrary<LinkId>,
    code: fc.string({ minLength: 1, maxLength: 64 }).filter((code) => /^[\x20-\x7e]+$/.test(code)),
    url: fc.webUrl().map((url) => encodeURI(url)),
    urlVersion: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    redirectStatus: fc.constantFrom<RedirectStatus>(301, 302, 307, 308),
    active: fc.boolean(),
    expiresAt: fc.option(fc.integer({ min: 0, max: 8.64e15 })),
    quarantineReason: fc.constant(null),
  });
  fc.assert(
    fc.property(links, (each) => {
      const cache = linkCache(10);
      cache.add(each);
      expect(cache.get(each.code)).toEqual(each);
    }),
  );
});

test('it answers like a map in which all had room', () => {
  const code = fc.integer({ min: 0, max: 40 }).map((n) => `c${n}`);
  const step = fc.tuple(fc.constantFrom('add', 'remove', 'get'), code, fc.integer({ min: 1, max: 1000 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const cache = linkCache(1000);
      const map = new Map<string, ReplicaLink>();
      for (const [what, code, urlVersion] of steps) {
        if (what === 'remove') {
          cache.remove(code);
          map.delete(code);
        } else if (what === 'add' && !map.has(code)) {
          cache.add(link(code, { urlVersion }));
          map.set(code, link(code, { urlVersion }));
        } else {
          expect(cache.get(code)).toEqual(map.get(code) ?? null);
        }
      }
    }),
  );
});

test('it grows as it fills and keeps every link', () => {
  const cache = linkCache(20_000);
  for (let n = 0; n < 10_000; n++) cache.add(link(`c${n}`, { url: `https://example.com/${'x'.repeat(n % 300)}` }));
  for (let n = 0; n < 10_000; n++) expect(cache.get(`c${n}`)?.url).toHaveLength(20 + (n % 300));
});

test('what is asked for stays and what is not goes', () => {
  const cache = linkCache(20);
  cache.add(link('asked'));
  cache.add(link('forgotten'));
  for (let n = 0; n < 40; n++) {
    cache.add(link(`c${n}`));
    expect(cache.get('asked')).not.toBeNull();
  }
  expect(cache.get('forgotten')).toBeNull();
  expect(cache.get('c0')).toBeNull();
  expect(cache.get('c39')).not.toBeNull();
});

test('a removed link does not come back from the older generation', () => {
  const cache = linkCache(20);
  cache.add(link('gone'));
  for (let n = 0; n < 12; n++) cache.add(link(`c${n}`)); // It is in the older generation,
  expect(cache.get('gone')).not.toBeNull(); // and in both.
  cache.remove('gone');
  expect(cache.get('gone')).toBeNull();
});

test('a link in quarantine, a text beyond ASCII and a URL longer than a generation are not kept', () => {
  const cache = linkCache(10);
  cache.add(link('a', { quarantineReason: 'phishing' }));
  cache.add(link('b', { url: 'https://example.com/ü' }));
  cache.add(link('ü'));
  cache.add(link('c', { url: `https://example.com/${'x'.repeat(7000)}` }));
  for (const code of ['a', 'b', 'ü', 'c']) expect(cache.get(code)).toBeNull();
});

test('without room nothing is kept', () => {
  const cache = linkCache(0);
  cache.add(link('a'));
  expect(cache.get('a')).toBeNull();
});
