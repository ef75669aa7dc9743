import { describe, expect, test } from 'bun:test';
import { linkStates, restorableUntil } from './link-state.ts';

const NOW = Date.parse('2026-03-20T12:00:00Z');
const link = { active: true, expiresAt: null, quarantineReason: null, deletedAt: null };

describe('linkStates', () => {
  test('has nothing to say of a link that leads on without an end', () => {
    expect(linkStates(link, NOW)).toEqual([]);
  });

  test('tells an end that is over from one that is near and one that is far', () => {
    const states = (expiresAt: string) => linkStates({ ...link, expiresAt }, NOW);
    expect(states('2026-03-20T12:00:00Z')).toEqual([{ kind: 'expired', at: '2026-03-20T12:00:00Z' }]);
    expect(states('2026-03-20T12:00:01Z')).toEqual([{ kind: 'expires', at: '2026-03-20T12:00:01Z', isSoon: true }]);
    expect(states('2026-06-01T00:00:00Z')).toEqual([{ kind: 'expires', at: '2026-06-01T00:00:00Z', isSoon: false }]);
  });

  test('says all that holds in the order in which redirects look at it, and of a deleted link only that', () => {
    const troubled = { ...link, active: false, quarantineReason: 'phishing', expiresAt: '2026-01-01T00:00:00Z' };
    expect(linkStates(troubled, NOW).map(({ kind }) => kind)).toEqual(['inactive', 'quarantined', 'expired']);
    expect(linkStates({ ...troubled, deletedAt: '2026-03-01T00:00:00Z' }, NOW).map(({ kind }) => kind)).toEqual([
      'deleted',
    ]);
  });
});

test('a link can be restored for whole days after its deletion', () => {
  expect(new Date(restorableUntil('2026-03-01T10:00:00.000Z')).toISOString()).toBe('2026-03-31T10:00:00.000Z');
});
