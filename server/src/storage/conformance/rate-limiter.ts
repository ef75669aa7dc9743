import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { RateLimiter, RateLimitOptions } from '../../platform/rate-limit.ts';

/** Limiters on a clock of the test. */
export interface RateLimiterHarness {
  clock: { now: number };
  /** One that no other test uses. */
  limiter(limits: RateLimitOptions): RateLimiter;
  close(): void;
}

/** What every rate limiter does. */
export function rateLimiterConformance(name: string, make: () => Promise<RateLimiterHarness>): void {
  describe(`${name}: rate limit`, () => {
    let harness: RateLimiterHarness;
    beforeEach(async () => {
      harness = await make();
    });
    afterEach(() => harness.close());
    const limited = ({ burst = 3, perSecond = 2, callersMax = 100 } = {}) =>
      harness.limiter({ burst, perSecond, callersMax });

    test('a burst passes, then requests come back second by second', async () => {
      const { clock } = harness;
      const limit = limited();
      const remaining = [];
      for (let n = 0; n < 3; n++) remaining.push((await limit.take('a')).remaining);
      expect(remaining).toEqual([2, 1, 0]);
      expect(await limit.take('a')).toEqual({
        allowed: false,
        limit: 3,
        remaining: 0,
        resetSeconds: 2,
        retryAfterSeconds: 1,
      });
      clock.now += 500;
      expect((await limit.take('a')).allowed).toBe(true);
      expect((await limit.take('a')).allowed).toBe(false);
      clock.now += 60_000;
      expect((await limit.take('a')).remaining).toBe(2);
    });

    test('callers do not share a bucket', async () => {
      const limit = limited({ burst: 1 });
      const allowed = [];
      for (const caller of ['a', 'b', 'a', '2001:db8::1', 'key ü']) allowed.push((await limit.take(caller)).allowed);
      expect(allowed).toEqual([true, true, false, true, true]);
    });

    test('a clock that goes back gives nothing and takes nothing', async () => {
      const limit = limited();
      await limit.take('a');
      harness.clock.now -= 5000;
      expect((await limit.take('a')).remaining).toBe(1);
    });

    test('parts of a token add up', async () => {
      const limit = limited({ burst: 1, perSecond: 1 });
      await limit.take('a');
      const allowed = [];
      for (let n = 0; n < 10; n++) {
        harness.clock.now += 250;
        allowed.push((await limit.take('a')).allowed);
      }
      expect(allowed.filter(Boolean).length).toBe(2);
    });

    test('of many requests at once only as many pass as there are tokens', async () => {
      const limit = limited({ burst: 10 });
      const takes = await Promise.all(Array.from({ length: 50 }, () => limit.take('a')));
      expect(takes.filter(({ allowed }) => allowed).length).toBe(10);
    });
  });
}
