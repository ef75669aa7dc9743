import type { MiddlewareHandler } from 'hono';
import type { Principal } from '../../../http/access.ts';
import { principalName } from '../../../http/idempotency-key.ts';
import { AppError } from '../../../platform/app-error.ts';
import type { ApiDeps } from '../deps.ts';
import { type ApiEnv, accessRequest } from '../env.ts';

/** Checks who asks and how often, before a handler runs. GET and HEAD need `read`, all else `write`. */
export type Guard = (scope: 'read' | 'write') => MiddlewareHandler<ApiEnv>;

/** Bursts of 200 in a second must pass, with room for a page that loads at the same moment. */
const LIMIT = { burst: 400, perSecond: 200, callersMax: 50_000 } as const;

/** Errors: those of `Access.classic`; `rate_limited` with `Retry-After` in seconds. */
export function createGuard(deps: Pick<ApiDeps, 'access' | 'rateLimiter'>): Guard {
  const limit = deps.rateLimiter('classic', LIMIT);
  return (scope) => async (c, next) => {
    const principal = await deps.access.classic(accessRequest(c), scope);
    c.set('principal', principal);
    if (!principal.limited) return next();
    const take = await limit.take(callerOf(principal, c.env.address));
    if (!take.allowed) {
      throw new AppError('rate_limited', 'Too many requests: slow down', { retryAfterSeconds: take.retryAfterSeconds });
    }
    await next();
    c.header('RateLimit-Limit', String(take.limit));
    c.header('RateLimit-Remaining', String(take.remaining));
    c.header('RateLimit-Reset', String(take.resetSeconds));
  };
}

/** A key or session is one caller wherever it is used; without one, an address is. */
function callerOf(principal: Principal, address: string): string {
  return principal.kind === 'anonymous' ? address : principalName(principal);
}
