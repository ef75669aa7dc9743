import { expect, test } from 'bun:test';
import { CODE_ALPHABET } from '@waymark/contract';
import { createCodeGenerator } from './code.ts';

const scripted = (bytes: number[]) => (pool: Uint8Array) => {
  for (let i = 0; i < pool.length; i++) pool[i] = bytes[i % bytes.length] ?? 0;
};

test('a code is made of its bytes, letter by letter', () => {
  const draw = createCodeGenerator(scripted([8, 9, 10, 11, 12, 13, 14]));
  expect(draw()).toBe(CODE_ALPHABET.slice(8, 15));
});

test('bytes that would favour the first letters are passed over', () => {
  const draw = createCodeGenerator(scripted([255, 220, 8, 8, 8, 8, 8, 8, 219]));
  expect(draw()).toBe(`${'a'.repeat(6)}${CODE_ALPHABET.at(-1)}`);
});

test('a code of digits alone is drawn again', () => {
  const draw = createCodeGenerator(scripted([0, 1, 2, 3, 4, 5, 6, 8, 0, 1, 2, 3, 4, 5]));
  expect(draw()).toBe('a234567');
});

test('every letter turns up about equally often', () => {
  const draw = createCodeGenerator((bytes) => crypto.getRandomValues(bytes));
  const seen = new Map<string, number>();
  for (let i = 0; i < 20_000; i++) for (const letter of draw()) seen.set(letter, (seen.get(letter) ?? 0) + 1);
  const expected = (20_000 * 7) / CODE_ALPHABET.length;
  for (const letter of CODE_ALPHABET) {
    expect(seen.get(letter) ?? 0).toBeGreaterThan(expected * 0.85);
    expect(seen.get(letter) ?? 0).toBeLessThan(expected * 1.15);
  }
});
