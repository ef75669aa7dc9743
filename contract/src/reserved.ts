/**
 * First path segments that belong to the service, so no link may take them as its code.
 * Compared in lower case. Source: design, "HTTP surfaces".
 */
export const RESERVED_CODES: ReadonlySet<string> = new Set([
  'users',
  'urls',
  'events',
  'shorten',
  'r',
  's',
  'auth',
  'debug',
  'api',
  'app',
  'health',
  'ready',
  'metrics',
  'logs',
  'chaos',
  'health-demo',
  'promo-demo',
  'checkout-demo',
  'dashboard-demo',
  'support-demo',
  'robots.txt',
  'favicon.ico',
  '.well-known',
]);

/** Letters and digits that cannot be mistaken for one another: no 0 O o, no 1 I l i. */
export const CODE_ALPHABET = '23456789abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ';

/** Length of a generated code. */
export const CODE_LENGTH = 7;

const CODE = /^[A-Za-z0-9_-]{3,64}$/;
const DIGITS = /^\d+$/;

/** Why a code chosen by a person can't be used, or null where it can. */
export function codeProblem(code: string): 'invalid_code' | 'reserved_code' | null {
  if (!CODE.test(code) || DIGITS.test(code)) return 'invalid_code';
  return RESERVED_CODES.has(code.toLowerCase()) ? 'reserved_code' : null;
}
