import { LIMITS } from '@waymark/contract';
import type { Link } from '@waymark/contract/v1/links';

const DAY_MS = 86_400_000;
const SOON_MS = 7 * DAY_MS;

/** What keeps a link from leading to its destination, or will in the end. */
export type LinkState =
  | { kind: 'deleted'; restorableUntil: number }
  | { kind: 'inactive' }
  | { kind: 'quarantined'; reason: string }
  | { kind: 'expired'; at: string }
  | { kind: 'expires'; at: string; isSoon: boolean };

/**
 * All that can be said of a link, in the order in which redirects look at it; of a deleted one only that. Empty where it
 * leads on without an end.  Units: `now` in epoch ms.  Source: server/src/links/resolve.ts.
 */
export function linkStates(
  {
    active,
    expiresAt,
    quarantineReason,
    deletedAt,
  }: Pick<Link, 'active' | 'expiresAt' | 'quarantineReason' | 'deletedAt'>,
  now: number,
): LinkState[] {
  if (deletedAt !== null) return [{ kind: 'deleted', restorableUntil: restorableUntil(deletedAt) }];
  const states: LinkState[] = [];
  if (!active) states.push({ kind: 'inactive' });
  if (quarantineReason !== null) states.push({ kind: 'quarantined', reason: quarantineReason });
  if (expiresAt !== null) {
    const left = Date.parse(expiresAt) - now;
    states.push(
      left <= 0 ? { kind: 'expired', at: expiresAt } : { kind: 'expires', at: expiresAt, isSoon: left <= SOON_MS },
    );
  }
  return states;
}

/** The last moment at which a deleted link can be restored.  Units: epoch ms. */
export function restorableUntil(deletedAt: string): number {
  return Date.parse(deletedAt) + LIMITS.restoreDays * DAY_MS;
}
