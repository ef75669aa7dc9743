import { createHash } from 'node:crypto';

/** SHA-256 in lower-case hex. Synchronous: for a text this short, waiting would cost more than the hash. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
