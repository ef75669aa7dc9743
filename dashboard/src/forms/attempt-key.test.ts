import { expect, test } from 'bun:test';
import { createAttempts } from './attempt-key.ts';

test('a retry has the key of its attempt; another body and what comes after an answer have their own', () => {
  const attempts = createAttempts();
  const first = attempts.keyFor({ url: 'a' });
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  expect(attempts.keyFor({ url: 'a' })).toBe(first);
  const other = attempts.keyFor({ url: 'b' });
  expect(other).not.toBe(first);
  attempts.done();
  expect(attempts.keyFor({ url: 'b' })).not.toBe(other);
});
