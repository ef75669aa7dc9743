import { describe, expect, test } from 'bun:test';
import type { LinkId, ReplicaLink } from './link.ts';
import { resolve } from './resolve.ts';

const NOW = 1_000_000;
const link = (override: Partial<ReplicaLink> = {}): ReplicaLink => ({
  id: 1 as LinkId,
  code: 'abc',
  url: 'https://example.com/',
  urlVersion: 1,
  redirectStatus: 302,
  active: true,
  expiresAt: null,
  quarantineReason: null,
  ...override,
});

describe('what a link leads to', () => {
  test.each([
    ['an unknown link is not found', null, 'not_found'],
    ['a live link redirects', link(), 'redirect'],
    ['a link that expires later redirects', link({ expiresAt: NOW + 1 }), 'redirect'],
    ['a link expires at its very time', link({ expiresAt: NOW }), 'expired'],
    ['an inactive link is inactive, expired or not', link({ active: false, expiresAt: 1 }), 'inactive'],
    ['quarantine goes before expiry', link({ quarantineReason: 'malware', expiresAt: 1 }), 'quarantined'],
    ['inactive goes before quarantine', link({ active: false, quarantineReason: 'malware' }), 'inactive'],
  ])('%s', (_, subject, kind) => expect(resolve(subject, NOW).kind).toBe(kind as never));
});
