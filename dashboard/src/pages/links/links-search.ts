import { one } from '../../app/search-params.ts';

/** What the address says of the list of links. */
export interface LinksSearch {
  q?: string;
}

export function linksSearch(raw: Record<string, unknown>): LinksSearch {
  const q = one(raw, 'q');
  return q === undefined ? {} : { q };
}
