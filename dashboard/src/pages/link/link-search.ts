import { one } from '../../app/search-params.ts';
import { type AnalyticsSearch, analyticsSearch } from '../analytics/analytics-search.ts';

/** What the address says of a link's page: whether the form is open, what its history and its analytics show. */
export interface LinkSearch extends AnalyticsSearch {
  edit?: '1';
  /** With clicks; without it, changes alone. */
  history?: 'all';
}

export function linkSearch(raw: Record<string, unknown>): LinkSearch {
  return {
    ...analyticsSearch(raw),
    ...(one(raw, 'edit') === '1' && { edit: '1' as const }),
    ...(one(raw, 'history') === 'all' && { history: 'all' as const }),
  };
}
