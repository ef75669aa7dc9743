import { type Clock, systemClock } from '../../platform/clock.ts';
import {
  RateLimit,
  type RateLimiter,
  type RateLimitOptions,
  type RateLimitTake,
  rateLimitTake,
} from '../../platform/rate-limit.ts';
import type { RedisConnection } from './redis-connection.ts';

const WAIT_MS = 50;
/** After it was waited for in vain, Redis is left alone for this long. */
const AWAY_MS = 1000;

/**
 * One bucket: its tokens and when they were counted, kept until it is full again. ARGV: size, tokens a second, and the time,
 * which is that of Redis where none is given: clocks of servers differ.
 */
const TAKE = `
local burst, rate, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + time[2] / 1000
end
local tokens, at = string.match(redis.call('GET', KEYS[1]) or '', '^(%S+) (%S+)$')
tokens = math.min(burst, tonumber(tokens or burst) + math.max(0, now - tonumber(at or now)) / 1000 * rate)
local allowed = tokens >= 1
if allowed then tokens = tokens - 1 end
redis.call('SET', KEYS[1], string.format('%.6f %.3f', tokens, now), 'PX', math.ceil((burst - tokens) / rate * 1000) + 1000)
return { allowed and 1 or 0, string.format('%.6f', tokens) }`;

export interface RedisRateLimitOptions {
  redis: RedisConnection;
  /** Tells this group of callers from others. */
  name: string;
  limits: RateLimitOptions;
  /** Default `wm:`. */
  prefix?: string;
  /** No request waits longer for Redis. Default 50. Units: ms. */
  waitMs?: number;
  /** The time of the buckets. Default: that of Redis. */
  time?: Clock;
}

/** Buckets that all API servers share. While Redis is away each server has its own, in memory. */
export class RedisRateLimit implements RateLimiter {
  private readonly memory: RateLimit;
  private readonly key: string;
  private awayUntil = 0;

  constructor(private readonly options: RedisRateLimitOptions) {
    this.memory = new RateLimit(options.limits, options.time ?? systemClock);
    this.key = `${options.prefix ?? 'wm:'}rate:${options.name}:`;
  }

  take(caller: string): RateLimitTake | Promise<RateLimitTake> {
    if (!this.options.redis.isReady || performance.now() < this.awayUntil) return this.memory.take(caller);
    return this.shared(caller);
  }

  private async shared(caller: string): Promise<RateLimitTake> {
    const { redis, limits, time } = this.options;
    const late = Promise.withResolvers<null>();
    const timer = setTimeout(() => late.resolve(null), this.options.waitMs ?? WAIT_MS);
    const args = [limits.burst, limits.perSecond, time ? time() : ''];
    const asked = redis.script(TAKE, [this.key + caller], args).catch(() => null);
    const answer = (await Promise.race([asked, late.promise])) as [allowed: number, tokens: string] | null;
    clearTimeout(timer);
    if (answer !== null) return rateLimitTake(answer[0] === 1, Number(answer[1]), limits);
    this.awayUntil = performance.now() + AWAY_MS;
    return this.memory.take(caller);
  }
}
