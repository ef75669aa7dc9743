import { one } from '../../app/search-params.ts';

/** What the address says of a link's page. */
export interface LinkSearch {
  edit?: '1';
}

export function linkSearch(raw: Record<string, unknown>): LinkSearch {
  return one(raw, 'edit') === '1' ? { edit: '1' } : {};
}
