import type { ReplicaLink } from './link.ts';

/** What a code leads to at one moment. Total: every kind that exists today, nothing else. */
export type Resolution =
  | { kind: 'redirect'; link: ReplicaLink }
  | { kind: 'not_found' }
  | { kind: 'inactive' }
  | { kind: 'quarantined'; reason: string }
  | { kind: 'expired' };

const NOT_FOUND: Resolution = { kind: 'not_found' };
const INACTIVE: Resolution = { kind: 'inactive' };
const EXPIRED: Resolution = { kind: 'expired' };

/** Decides by precedence: unknown, inactive, quarantined, expired. Units: `now` in epoch ms UTC. */
export function resolve(link: ReplicaLink | null, now: number): Resolution {
  if (link === null) return NOT_FOUND;
  if (!link.active) return INACTIVE;
  if (link.quarantineReason !== null) return { kind: 'quarantined', reason: link.quarantineReason };
  if (link.expiresAt !== null && link.expiresAt <= now) return EXPIRED;
  return { kind: 'redirect', link };
}
