import type { Link } from '@waymark/contract/v1/links';

const DAY_MS = 86_400_000;
const SOON_MS = 7 * DAY_MS;

/** Why a link does not lead to its destination, or will soon not; a link of none of these simply works. */
export type LinkState = 'deleted' | 'quarantined' | 'inactive' | 'expired' | 'expiresSoon';

/** All that holds of a link, what weighs most first.  Units: `now` in epoch ms. */
export function linkStates(
  link: Pick<Link, 'active' | 'expiresAt' | 'quarantineReason' | 'deletedAt'>,
  now: number,
): LinkState[] {
  if (link.deletedAt !== null) return ['deleted'];
  const left = link.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(link.expiresAt) - now;
  const states: (LinkState | false)[] = [
    link.quarantineReason !== null && 'quarantined',
    !link.active && 'inactive',
    left <= 0 && 'expired',
    left > 0 && left <= SOON_MS && 'expiresSoon',
  ];
  return states.filter((state) => state !== false);
}

/** The last moment at which a deleted link can be restored.  Units: epoch ms. */
export function restorableUntil(deletedAt: string, restoreDays: number): number {
  return Date.parse(deletedAt) + restoreDays * DAY_MS;
}
