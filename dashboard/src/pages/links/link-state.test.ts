import { describe, expect, test } from 'bun:test';
import { linkStates, restorableUntil } from './link-state.ts';

const NOW = Date.parse('2026-03-20T12:00:00Z');
const link = { active: true, expiresAt: null, quarantineReason: null, deletedAt: null };

describe('linkStates', () => {
  test('has nothing to say of a link that works', () => {
    expect(linkStates(link, NOW)).toEqual([]);
    expect(linkStates({ ...link, expiresAt: '2026-06-01T00:00:00Z' }, NOW)).toEqual([]);
  });

  test('tells an expiry that is over from one that is near', () => {
    expect(linkStates({ ...link, expiresAt: '2026-03-20T12:00:00Z' }, NOW)).toEqual(['expired']);
    expect(linkStates({ ...link, expiresAt: '2026-03-20T12:00:01Z' }, NOW)).toEqual(['expiresSoon']);
  });

  test('says all that holds, and of a deleted link only that', () => {
    const troubled = { ...link, active: false, quarantineReason: 'phishing', expiresAt: '2026-01-01T00:00:00Z' };
    expect(linkStates(troubled, NOW)).toEqual(['quarantined', 'inactive', 'expired']);
    expect(linkStates({ ...troubled, deletedAt: '2026-03-01T00:00:00Z' }, NOW)).toEqual(['deleted']);
  });
});

test('a link can be restored for whole days after its deletion', () => {
  expect(new Date(restorableUntil('2026-03-01T10:00:00.000Z', 30)).toISOString()).toBe('2026-03-31T10:00:00.000Z');
});
