import { expect, test } from 'bun:test';
import { BoundedCache, remembered } from './bounded-cache.ts';

test('a cache never holds more than two generations', () => {
  const cache = new BoundedCache<number, number>(100);
  for (let key = 0; key < 10_000; key++) {
    cache.set(key, key);
    cache.get(key - 50);
    expect(cache.size).toBeLessThanOrEqual(200);
  }
});

test('what is asked for stays while unused entries go', () => {
  const cache = new BoundedCache<string, number>(10);
  cache.set('kept', 1);
  for (let round = 0; round < 100; round++) {
    cache.set(`passing ${round}`, round);
    expect(cache.get('kept')).toBe(1);
  }
  expect(cache.get('passing 0')).toBeUndefined();
});

test('a remembered function computes once for a key in use', () => {
  let computed = 0;
  const length = remembered(4, (text) => {
    computed++;
    return { length: text.length };
  });
  expect([length('abc'), length('abc'), length('')]).toEqual([{ length: 3 }, { length: 3 }, { length: 0 }]);
  expect(computed).toBe(2);
});
