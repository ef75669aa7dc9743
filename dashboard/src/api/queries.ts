import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { EventListOptions, LinkListOptions } from '@waymark/contract/client';
import type {
  ClickRangeOptions,
  SparklinesOptions,
  TimeseriesOptions,
  TopOptions,
  WeekHoursOptions,
} from '@waymark/contract/v1/analytics-query';
import type { ImportRow } from '@waymark/contract/v1/imports';
import { api } from './client.ts';
import { isPassing } from './query-trouble.ts';

const PAGE_ROWS = 100;
/** Of links: the first page is to be there soon, the next ones for long. */
const LATER_PAGE_ROWS = 500;
/** While a chart is looked at, its question is asked again after this. */
const CHART_STALE_MS = 15_000;

/** The cursor of the next page, as every list of v1 gives it. */
const paging = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ nextCursor }: { nextCursor: string | null }) => nextCursor ?? undefined,
};

/**
 * What the dashboard asks, each with the key it is kept under. The first word of a key is the kind of thing:
 * `queryClient.invalidateQueries({ queryKey: ['links'] })` after a change of links.
 */
export const queries = {
  session: () =>
    queryOptions({
      queryKey: ['session'],
      queryFn: ({ signal }) => api.session.get({ signal }),
      // The first page waits for this one: what is wrong is said soon.
      retry: (failures, error) => failures < 1 && isPassing(error),
      staleTime: Number.POSITIVE_INFINITY,
    }),

  links: (options: Omit<LinkListOptions, 'cursor' | 'signal' | 'requestId'>) =>
    infiniteQueryOptions({
      queryKey: ['links', 'list', options],
      queryFn: ({ pageParam, signal }) =>
        api.links.list({
          limit: pageParam === undefined ? PAGE_ROWS : LATER_PAGE_ROWS,
          ...options,
          ...(pageParam !== undefined && { cursor: pageParam }),
          signal,
        }),
      placeholderData: keepPreviousData,
      ...paging,
    }),

  link: (id: string) =>
    queryOptions({ queryKey: ['links', 'one', id], queryFn: ({ signal }) => api.links.get(id, { signal }) }),

  events: (options: Omit<EventListOptions, 'cursor' | 'signal' | 'requestId'>) =>
    infiniteQueryOptions({
      queryKey: ['events', options],
      queryFn: ({ pageParam, signal }) =>
        api.events.list({
          limit: PAGE_ROWS,
          ...options,
          ...(pageParam !== undefined && { cursor: pageParam }),
          signal,
        }),
      ...paging,
    }),

  timeseries: (options: TimeseriesOptions) =>
    queryOptions({
      queryKey: ['analytics', 'timeseries', options],
      queryFn: ({ signal }) => api.analytics.timeseries(options, { signal }),
      staleTime: CHART_STALE_MS,
      placeholderData: keepPreviousData,
    }),

  top: (options: TopOptions) =>
    queryOptions({
      queryKey: ['analytics', 'top', options],
      queryFn: ({ signal }) => api.analytics.top(options, { signal }),
      staleTime: CHART_STALE_MS,
      placeholderData: keepPreviousData,
    }),

  totals: (options: ClickRangeOptions) =>
    queryOptions({
      queryKey: ['analytics', 'totals', options],
      queryFn: ({ signal }) => api.analytics.totals(options, { signal }),
      staleTime: CHART_STALE_MS,
      placeholderData: keepPreviousData,
    }),

  weekHours: (options: WeekHoursOptions) =>
    queryOptions({
      queryKey: ['analytics', 'week-hours', options],
      queryFn: ({ signal }) => api.analytics.weekHours(options, { signal }),
      staleTime: CHART_STALE_MS,
      placeholderData: keepPreviousData,
    }),

  sparklines: (options: SparklinesOptions) =>
    queryOptions({
      queryKey: ['analytics', 'sparklines', options],
      queryFn: ({ signal }) => api.analytics.sparklines(options, { signal }),
      staleTime: 60_000,
    }),

  keys: () =>
    infiniteQueryOptions({
      queryKey: ['keys'],
      queryFn: ({ pageParam, signal }) =>
        api.keys.list({ limit: PAGE_ROWS, ...(pageParam !== undefined && { cursor: pageParam }), signal }),
      ...paging,
    }),

  sessions: () =>
    infiniteQueryOptions({
      queryKey: ['sessions'],
      queryFn: ({ pageParam, signal }) =>
        api.sessions.list({ limit: PAGE_ROWS, ...(pageParam !== undefined && { cursor: pageParam }), signal }),
      ...paging,
    }),

  imports: () =>
    infiniteQueryOptions({
      queryKey: ['imports', 'list'],
      queryFn: ({ pageParam, signal }) =>
        api.imports.list({ limit: PAGE_ROWS, ...(pageParam !== undefined && { cursor: pageParam }), signal }),
      ...paging,
    }),

  import: (id: string) =>
    queryOptions({ queryKey: ['imports', 'one', id], queryFn: ({ signal }) => api.imports.get(id, { signal }) }),

  importRows: (id: string, outcome?: ImportRow['outcome']) =>
    infiniteQueryOptions({
      queryKey: ['imports', 'rows', id, outcome],
      queryFn: ({ pageParam, signal }) =>
        api.imports.rows(id, {
          limit: PAGE_ROWS,
          ...(outcome && { outcome }),
          ...(pageParam !== undefined && { cursor: pageParam }),
          signal,
        }),
      ...paging,
    }),

  system: () =>
    queryOptions({
      queryKey: ['system'],
      queryFn: ({ signal }) => api.system.get({ signal }),
      staleTime: 2000,
      refetchInterval: 5000,
    }),
};
