import { expect, test } from 'bun:test';
import { drawSecret } from './key-secret.ts';

test('a secret is wm_ and 36 letters and digits, another one each time', () => {
  const secrets = Array.from({ length: 200 }, () => drawSecret());
  for (const secret of secrets) expect(secret).toMatch(/^wm_[0-9A-Za-z]{36}$/);
  expect(new Set(secrets).size).toBe(200);
});

test('bytes that would favour some letters are passed over', () => {
  let draws = 0;
  const secret = drawSecret('wm_', (bytes) => {
    draws++;
    bytes.fill(draws === 1 ? 248 : 61);
  });
  expect(draws).toBe(2);
  expect(secret).toBe(`wm_${'z'.repeat(36)}`);
});
