import { preferences } from '../app/preferences.ts';
import { emptyDraft, type LinkDraft } from './link-draft.ts';

const KEY = 'waymark.newLink';

/** A new link that is not saved yet. */
export interface KeptDraft {
  draft: LinkDraft;
  /** Code of the link that it was copied from. */
  copyOf: string | null;
}

/** Keeps what was filled in, for this tab, so that leaving the page loses nothing. */
export function keepDraft(draft: LinkDraft, copyOf: string | null = null): void {
  try {
    if (JSON.stringify(draft) === JSON.stringify(emptyDraft())) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify({ draft, copyOf }));
  } catch {
    // A browser that keeps nothing: the draft lasts as long as the page.
  }
}

export function keptDraft(): KeptDraft | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Partial<KeptDraft> | null;
    if (typeof kept?.draft?.url !== 'string') return null;
    const expiry = kept.draft.expiry && {
      ...kept.draft.expiry,
      zone: kept.draft.expiry.zone ?? preferences().timeZone,
    };
    return { draft: { ...emptyDraft(), ...kept.draft, expiry }, copyOf: kept.copyOf ?? null };
  } catch {
    return null;
  }
}

export function forgetDraft(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // As above.
  }
}
