import type { Clock } from './clock.ts';

export interface RateLimitOptions {
  /** Requests that may come at once. */
  burst: number;
  /** Requests that come back each second. */
  perSecond: number;
  /** Callers remembered; the one that was quiet longest is forgotten, and so starts with a full bucket. */
  callersMax: number;
}

/** Answer to one request. Seconds are whole and rounded up. */
export interface RateLimitTake {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** Until the bucket is full again. */
  resetSeconds: number;
  /** Until the next request is allowed; 0 where this one was. */
  retryAfterSeconds: number;
}

/** A bucket of tokens for each caller. */
export interface RateLimiter {
  /** Takes one token. Never rejects. Shape: no promise where the answer is at hand, so that whoever has it need not wait. */
  take(caller: string): RateLimitTake | Promise<RateLimitTake>;
}

/** Makes the limiter of one group of callers. `name` tells the groups apart. Shape of a name: lower-case letters. */
export type MakeRateLimiter = (name: string, options: RateLimitOptions) => RateLimiter;

/** The answer of a bucket that holds `tokens` after the request was or was not let in. */
export function rateLimitTake(allowed: boolean, tokens: number, { burst, perSecond }: RateLimitOptions): RateLimitTake {
  return {
    allowed,
    limit: burst,
    remaining: Math.floor(tokens),
    resetSeconds: Math.ceil((burst - tokens) / perSecond),
    retryAfterSeconds: allowed ? 0 : Math.ceil((1 - tokens) / perSecond),
  };
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Buckets in memory: limits are per process. */
export class RateLimit implements RateLimiter {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly options: RateLimitOptions,
    private readonly now: Clock,
  ) {}

  take(caller: string): RateLimitTake {
    const { burst, perSecond, callersMax } = this.options;
    const now = this.now();
    const before = this.buckets.get(caller) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, before.tokens + (Math.max(0, now - before.at) / 1000) * perSecond);
    const allowed = tokens >= 1;
    const left = allowed ? tokens - 1 : tokens;
    // Taken out and put in again, so that the map's order is that of use.
    this.buckets.delete(caller);
    this.buckets.set(caller, { tokens: left, at: now });
    if (this.buckets.size > callersMax) this.forgetOldest();
    return rateLimitTake(allowed, left, this.options);
  }

  get callers(): number {
    return this.buckets.size;
  }

  private forgetOldest(): void {
    for (const caller of this.buckets.keys()) {
      this.buckets.delete(caller);
      return;
    }
  }
}
