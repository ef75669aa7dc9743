import type { Link } from './link.ts';
import type { LinkPatch } from './store.ts';

/** What a patch does to a link. */
export interface PatchEffect {
  /** The fields that really change, with their new values. */
  changed: LinkPatch;
  /** Details of the `updated` events, under the field names of the classic API. */
  events: { field: string; new_value: string | number | boolean | null }[];
  /** Whether redirects are answered differently. */
  redirect: boolean;
}

type Patched = Pick<Link, 'url' | 'title' | 'active' | 'expiresAt' | 'redirectStatus'>;

/** One event for each field that really changes, in the order of the fields. */
export function effectOf(link: Patched, patch: LinkPatch): PatchEffect {
  const effect: PatchEffect = { changed: {}, events: [], redirect: false };
  if (patch.url !== undefined && patch.url !== link.url) {
    effect.changed.url = patch.url;
    effect.events.push({ field: 'original_url', new_value: patch.url });
    effect.redirect = true;
  }
  if (patch.title !== undefined && patch.title !== link.title) {
    effect.changed.title = patch.title;
    effect.events.push({ field: 'title', new_value: patch.title });
  }
  if (patch.active !== undefined && patch.active !== link.active) {
    effect.changed.active = patch.active;
    effect.events.push({ field: 'is_active', new_value: patch.active });
    effect.redirect = true;
  }
  if (patch.expiresAt !== undefined && patch.expiresAt !== link.expiresAt) {
    effect.changed.expiresAt = patch.expiresAt;
    effect.events.push({ field: 'expires_at', new_value: patch.expiresAt === null ? null : naiveIso(patch.expiresAt) });
    effect.redirect = true;
  }
  if (patch.redirectStatus !== undefined && patch.redirectStatus !== link.redirectStatus) {
    effect.changed.redirectStatus = patch.redirectStatus;
    effect.events.push({ field: 'redirect_status', new_value: patch.redirectStatus });
    effect.redirect = true;
  }
  return effect;
}

/** UTC to the second, without offset: times of the classic API. */
function naiveIso(at: number): string {
  return new Date(at).toISOString().slice(0, 19);
}
