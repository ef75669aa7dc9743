import { one } from '../../app/search-params.ts';

/** Types that Waymark writes itself; clients post others. */
export const OWN_TYPES = ['click', 'created', 'updated', 'deleted', 'restored'] as const;
export type OwnType = (typeof OWN_TYPES)[number];

/** What the address says of the activity list. */
export interface ActivitySearch {
  /** Id of a link. */
  link?: string;
  type?: string;
}

/** A link that is no id is left out: the API would refuse the whole list. */
export function activitySearch(raw: Record<string, unknown>): ActivitySearch {
  const link = one(raw, 'link');
  const type = one(raw, 'type')?.trim();
  return {
    ...(link !== undefined && /^[1-9][0-9]{0,14}$/.test(link) && { link }),
    ...(type !== undefined && type !== '' && { type }),
  };
}

export function isOwnType(type: string): type is OwnType {
  return (OWN_TYPES as readonly string[]).includes(type);
}
