/** How long a key may live; null for ever. */
export const KEY_DAYS = [7, 30, 90, 365, null] as const;
export type KeyDays = (typeof KEY_DAYS)[number];

const DAY_MS = 86_400_000;

/** The end of a key made at `now`, as the API takes it. */
export function keyExpiresAt(days: KeyDays, now: number): string | null {
  return days === null ? null : new Date(now + days * DAY_MS).toISOString();
}
