import { expect, test } from 'bun:test';
import { isLongerThan } from './text-length.ts';

test('lengths count code points', () => {
  expect(isLongerThan('🌍🌍🌍', 3)).toBe(false);
  expect(isLongerThan('🌍🌍🌍a', 3)).toBe(true);
  expect(isLongerThan('abc', 3)).toBe(false);
  expect(isLongerThan('abcd', 3)).toBe(true);
  expect(isLongerThan('a'.repeat(100), 3)).toBe(true);
});
