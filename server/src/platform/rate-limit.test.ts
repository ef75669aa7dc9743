import { expect, test } from 'bun:test';
import { RateLimit } from './rate-limit.ts';

function limited({ burst = 3, perSecond = 2, callersMax = 2 } = {}) {
  const clock = { now: 1_000_000 };
  return { clock, limit: new RateLimit({ burst, perSecond, callersMax }, () => clock.now) };
}

test('a burst passes, then requests come back second by second', () => {
  const { clock, limit } = limited();
  expect([1, 2, 3].map(() => limit.take('a').remaining)).toEqual([2, 1, 0]);
  expect(limit.take('a')).toEqual({ allowed: false, limit: 3, remaining: 0, resetSeconds: 2, retryAfterSeconds: 1 });
  clock.now += 500;
  expect(limit.take('a').allowed).toBe(true);
  expect(limit.take('a').allowed).toBe(false);
  clock.now += 60_000;
  expect(limit.take('a').remaining).toBe(2);
});

test('callers do not share a bucket', () => {
  const { limit } = limited({ burst: 1 });
  expect([limit.take('a').allowed, limit.take('b').allowed, limit.take('a').allowed]).toEqual([true, true, false]);
});

test('a clock that goes back gives nothing and takes nothing', () => {
  const { clock, limit } = limited();
  limit.take('a');
  clock.now -= 5000;
  expect(limit.take('a').remaining).toBe(1);
});

test('memory is bounded: the caller that was quiet longest is forgotten', () => {
  const { limit } = limited({ burst: 1 });
  for (const caller of ['a', 'b', 'a', 'c']) limit.take(caller);
  expect(limit.callers).toBe(2);
  expect(limit.take('a').allowed).toBe(false);
  expect(limit.take('b').allowed).toBe(true);
});
