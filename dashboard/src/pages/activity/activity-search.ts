import { one } from '../../app/search-params.ts';

/** What the address says of the activity list. */
export interface ActivitySearch {
  link?: string;
  type?: string;
}

export function activitySearch(raw: Record<string, unknown>): ActivitySearch {
  const link = one(raw, 'link');
  const type = one(raw, 'type');
  return { ...(link !== undefined && { link }), ...(type !== undefined && { type }) };
}
