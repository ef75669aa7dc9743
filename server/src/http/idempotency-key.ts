import { LIMITS } from '@waymark/contract';
import { invalidField } from '../platform/app-error.ts';
import type { IdempotencyKey } from '../platform/idempotency.ts';
import type { Principal } from './access.ts';
import { hashBody } from './body.ts';

const HEADER = 'Idempotency-Key';
const PRINTABLE = /^[\x20-\x7e]+$/;

/**
 * The Idempotency-Key of a request with what makes it unique, or undefined where none was sent.
 * Errors: `invalid_request` naming the header for a key that is empty, too long or not printable ASCII.
 */
export function idempotencyOf(
  headers: Headers,
  principal: Principal,
  route: string,
  body: Uint8Array,
): IdempotencyKey | undefined {
  const key = headers.get(HEADER);
  if (key === null) return undefined;
  if (key.trim() === '') throw invalidField(HEADER, 'must not be empty');
  if (key.length > LIMITS.idempotencyKeyLengthMax) {
    throw invalidField(HEADER, `is over ${LIMITS.idempotencyKeyLengthMax} characters`);
  }
  if (!PRINTABLE.test(key)) throw invalidField(HEADER, 'must be printable ASCII');
  return { principal: principalName(principal), route, key, bodyHash: hashBody(body) };
}

/** One name for each principal, for whatever is kept apart by who asks. */
export function principalName(principal: Principal): string {
  return principal.kind === 'anonymous' ? 'anonymous' : `${principal.kind}:${principal.id}`;
}
