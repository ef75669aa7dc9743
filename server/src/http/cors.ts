import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { Cors } from '../config/config.ts';

/** What a page of another origin may read of an answer. */
const EXPOSED = [
  'X-Request-Id',
  'X-App-Version',
  'X-Total-Count',
  'X-Cache',
  'X-Data-Lag',
  'Link',
  'Location',
  'ETag',
  'Retry-After',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Idempotency-Replayed',
];

const ACCEPTED = [
  'Authorization',
  'X-API-Token',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'X-Request-Id',
];

const MAX_AGE_SECONDS = 600;

/**
 * Lets browsers call from the origins that the configuration names; null where it names none.
 * @NOTE Credentials are not allowed: a page of another origin sends a key, never somebody's session.
 */
export function createCors(allowed: Cors | null): MiddlewareHandler | null {
  if (allowed === null) return null;
  return cors({
    origin: allowed.kind === 'any' ? '*' : [...allowed.origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ACCEPTED,
    exposeHeaders: EXPOSED,
    maxAge: MAX_AGE_SECONDS,
  });
}
