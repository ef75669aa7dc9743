import { describe, expect, test } from 'bun:test';
import { DAY_MS } from '../../platform/clock.ts';
import { hash52, randomSalt } from '../../platform/visitor-hash.ts';
import { createVisitorHasher } from './visitor.ts';

const day = 20_000;
const visit = { at: day * DAY_MS + 5, domainId: 1, address: '192.0.2.1', userAgent: 'A' };
const salts: Record<number, string> = { [day]: '0'.repeat(32), [day + 1]: '1'.repeat(32) };
const hasher = () => createVisitorHasher({ saltFor: (asked) => salts[asked] ?? null, hash: hash52, randomSalt });

describe('a visitor', () => {
  test('is one number in a UTC day, the same on every edge', () => {
    expect(hasher().hash({ ...visit, at: visit.at + DAY_MS - 6 })).toBe(hasher().hash(visit));
    expect(hasher().hash(visit)).toBe(hash52(`${'0'.repeat(32)}\n1\n192.0.2.1\nA`));
  });

  test('is another number by day, domain, address or user agent', () => {
    const others = [{ at: visit.at + DAY_MS }, { domainId: 2 }, { address: '192.0.2.2' }, { userAgent: 'B' }];
    const numbers = new Set(others.map((other) => hasher().hash({ ...visit, ...other })).concat(hasher().hash(visit)));
    expect(numbers.size).toBe(5);
  });
});

describe('a day without its salt', () => {
  test('gets a salt of its own, kept through the day, unlike any other process, and counted', () => {
    const [one, other] = [hasher(), hasher()];
    const unsalted = { ...visit, at: (day + 7) * DAY_MS };
    expect(one.hash(unsalted)).toBe(one.hash({ ...unsalted, at: unsalted.at + 1000 }));
    expect(other.hash(unsalted)).not.toBe(one.hash(unsalted));
    expect([one.localSaltUses, other.localSaltUses]).toEqual([3, 1]);
    one.hash(visit);
    expect(one.localSaltUses).toBe(3);
  });

  test('loses its salt once later days have needed theirs', () => {
    const local = hasher();
    const unsalted = { ...visit, at: (day + 7) * DAY_MS };
    const before = local.hash(unsalted);
    for (let later = 1; later <= 3; later++) local.hash({ ...unsalted, at: unsalted.at + later * DAY_MS });
    expect(local.hash(unsalted)).not.toBe(before);
  });
});

test('hashes are 52-bit numbers spread over their whole range', () => {
  const hashes = Array.from({ length: 4000 }, (_, i) => hash52(`text ${i}`));
  expect(new Set(hashes).size).toBe(4000);
  expect(hashes.every((hash) => Number.isSafeInteger(hash) && hash >= 0 && hash < 2 ** 52)).toBe(true);
  expect(Math.max(...hashes)).toBeGreaterThan(2 ** 52 * 0.99);
  expect(new Set(hashes.map((hash) => hash % 2)).size).toBe(2);
});
