import type { Link } from '@waymark/contract/v1/links';

/** What keeps a link from redirecting, or soon will. */
export type LinkState =
  | { kind: 'inactive' }
  | { kind: 'quarantined'; reason: string }
  | { kind: 'expired'; at: string }
  | { kind: 'expires'; at: string };

/**
 * All that can be said of a link, what weighs most first; empty where it redirects without an end.
 * Source: server/src/links/resolve.ts.
 */
export function statesOf(
  { active, quarantineReason, expiresAt }: Pick<Link, 'active' | 'quarantineReason' | 'expiresAt'>,
  now: number,
): LinkState[] {
  return [
    ...(active ? [] : [{ kind: 'inactive' as const }]),
    ...(quarantineReason === null ? [] : [{ kind: 'quarantined' as const, reason: quarantineReason }]),
    ...(expiresAt === null
      ? []
      : [{ kind: Date.parse(expiresAt) <= now ? ('expired' as const) : ('expires' as const), at: expiresAt }]),
  ];
}
