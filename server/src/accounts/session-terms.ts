import { AppError } from '../platform/app-error.ts';
import { DAY_MS, MINUTE_MS } from '../platform/clock.ts';
import type { ApiKey } from './api-key.ts';

/** How long a session lives at most. */
export const SESSION_MS = 30 * DAY_MS;
/** How long a sign-in link waits for whoever it is for. */
export const SIGN_IN_LINK_MS = 15 * MINUTE_MS;

/** When a session that is opened at `now` ends. Errors: `unauthorized` where its key is no good any more. */
export function sessionEnd(now: number, key: Pick<ApiKey, 'expiresAt' | 'revokedAt'> | null): number {
  if (key === null) return now + SESSION_MS;
  const keyEnd = key.expiresAt ?? Number.POSITIVE_INFINITY;
  if (key.revokedAt !== null || keyEnd <= now) throw refusedOpener();
  return Math.min(now + SESSION_MS, keyEnd);
}

/** Of a session whose key is gone. */
export function refusedOpener(): AppError {
  return new AppError('unauthorized', 'The API key that this comes from was revoked or has expired');
}

/** Of a link that opens nothing, whatever the reason: whoever guesses learns none. */
export function refusedLink(): AppError {
  return new AppError(
    'unauthorized',
    'This sign-in link has been used, has expired or never was: "npx waymark login" makes a fresh one',
  );
}
