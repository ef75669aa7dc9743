import { many } from '../../app/search-params.ts';

/** What the address says of the analytics. */
export interface AnalyticsSearch {
  filter?: string[];
}

export function analyticsSearch(raw: Record<string, unknown>): AnalyticsSearch {
  const filter = many(raw, 'filter');
  return filter.length > 0 ? { filter } : {};
}
