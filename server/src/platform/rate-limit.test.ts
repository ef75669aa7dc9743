import { expect, test } from 'bun:test';
import { rateLimiterConformance } from '../storage/conformance/rate-limiter.ts';
import { RateLimit } from './rate-limit.ts';

rateLimiterConformance('memory', async () => {
  const clock = { now: 1_000_000 };
  return { clock, limiter: (limits) => new RateLimit(limits, () => clock.now), close: () => {} };
});

test('memory is bounded: the caller that was quiet longest is forgotten', () => {
  const limit = new RateLimit({ burst: 1, perSecond: 2, callersMax: 2 }, () => 1_000_000);
  for (const caller of ['a', 'b', 'a', 'c']) limit.take(caller);
  expect(limit.callers).toBe(2);
  expect(limit.take('a').allowed).toBe(false);
  expect(limit.take('b').allowed).toBe(true);
});
