import { expect, test } from 'bun:test';
import { LIMITS } from '@waymark/contract';
import fc from 'fast-check';
import { capturedText } from './captured-text.ts';

const bytes = (text: string) => new TextEncoder().encode(text).length;

test.each([
  ['', ''],
  ['  spring sale ', 'spring sale'],
  ['a\u0000b\u001fc\u007fd\u0085e', 'abcde'],
  ['a\ud800b\udc00c', 'abc'],
  ['😀 ok', '😀 ok'],
  ['\u0000 \u0001', ''],
  ['x'.repeat(600), 'x'.repeat(512)],
  [`${'x'.repeat(511)}é`, 'x'.repeat(511)],
  [`${'x'.repeat(509)}😀`, 'x'.repeat(509)],
  [`${'x'.repeat(508)}😀`, `${'x'.repeat(508)}😀`],
  [`${'x'.repeat(510)}  y`, 'x'.repeat(510)],
])('%j is kept as %j', (text, kept) => {
  expect(capturedText(text)).toBe(kept);
});

test('any text comes out well-formed, trimmed, within the cap, and unchanged by a second pass', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 900 }),
    fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 900 }).map((units) => String.fromCharCode(...units)),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const kept = capturedText(text);
      expect(kept.isWellFormed()).toBe(true);
      expect(bytes(kept)).toBeLessThanOrEqual(LIMITS.capturedBytesMax);
      expect(kept).toBe(kept.trim());
      expect(/\p{Cc}/u.test(kept)).toBe(false);
      expect(capturedText(kept)).toBe(kept);
    }),
    { numRuns: 1000 },
  );
});
