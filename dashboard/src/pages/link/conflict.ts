import { LINK_FIELDS, type LinkFields } from '../../forms/link-draft.ts';

export type Side = 'mine' | 'theirs';

/** One field in which two versions of a link differ. */
export interface Conflict {
  field: keyof LinkFields;
  /** Whose value is taken unless the person says otherwise: of whoever changed it; mine where both did. */
  suggested: Side;
}

/** In what my version and theirs differ, both made from `base`, in the order of the form. */
export function conflictsOf(base: LinkFields, mine: LinkFields, theirs: LinkFields): Conflict[] {
  return LINK_FIELDS.filter((field) => mine[field] !== theirs[field]).map((field) => ({
    field,
    suggested: mine[field] === base[field] ? 'theirs' : 'mine',
  }));
}

/** One version out of two; fields without a choice are theirs, which is the same there. */
export function merged(
  mine: LinkFields,
  theirs: LinkFields,
  chosen: Partial<Record<keyof LinkFields, Side>>,
): LinkFields {
  const of = (field: keyof LinkFields) => (chosen[field] === 'mine' ? mine : theirs);
  return {
    url: of('url').url,
    title: of('title').title,
    active: of('active').active,
    expiresAt: of('expiresAt').expiresAt,
    redirectStatus: of('redirectStatus').redirectStatus,
  };
}
