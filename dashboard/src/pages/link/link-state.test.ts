import { expect, test } from 'bun:test';
import { statesOf } from './link-state.ts';

const now = Date.parse('2026-03-20T12:00:00Z');
const link = { active: true, quarantineReason: null, expiresAt: null };

test('a link that redirects has nothing said of it', () => {
  expect(statesOf(link, now)).toEqual([]);
});

test('the moment of its end is the first at which it has ended', () => {
  const at = '2026-03-20T12:00:00.000Z';
  expect(statesOf({ ...link, expiresAt: at }, now)).toEqual([{ kind: 'expired', at }]);
  expect(statesOf({ ...link, expiresAt: at }, now - 1)).toEqual([{ kind: 'expires', at }]);
});

test('several things are said in the order in which redirects look at them', () => {
  const at = '2026-01-01T00:00:00.000Z';
  expect(statesOf({ active: false, quarantineReason: 'phishing', expiresAt: at }, now).map(({ kind }) => kind)).toEqual(
    ['inactive', 'quarantined', 'expired'],
  );
});
