import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import { useRecentClicks } from '../../live/use-live.ts';
import { type EventPages, newEvents, takeIn, without } from './activity-rows.ts';
import type { ActivitySearch } from './activity-search.ts';

/** Clicks come live; all else is asked for this often. */
const LOOK_EVERY_MS = 5000;
const NEWEST_ROWS = 200;

/** The log by pages, what came since, and how to take that in. */
export function useActivity(search: ActivitySearch) {
  const queryClient = useQueryClient();
  const options = queries.events(search);
  const newestKey = ['events', 'newest', search];
  // The list is kept as it was loaded: what came since is taken in by hand, so that nothing moves under the reader.
  const list = useInfiniteQuery({ ...options, staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false });
  const newest = useQuery({
    queryKey: newestKey,
    queryFn: ({ signal }) => api.events.list({ ...search, limit: NEWEST_ROWS, signal }),
    refetchInterval: LOOK_EVERY_MS,
    staleTime: 0,
    enabled: list.data !== undefined,
  });
  const { events: live } = useRecentClicks();
  const added = list.data === undefined ? null : newEvents(list.data, newest.data, live, search);
  const change = (update: (pages: EventPages) => EventPages) =>
    queryClient.setQueryData<EventPages>(options.queryKey, (pages) => pages && update(pages));
  return {
    list,
    rows: list.data?.pages.flatMap(({ data }) => data) ?? [],
    added,
    takeIn: () => {
      if (added !== null) change((pages) => takeIn(pages, newest.data, added));
    },
    /** Takes an event off the list at once. Returns how to put it back. */
    remove: (id: string) => {
      const before = queryClient.getQueryData<EventPages>(options.queryKey);
      change((pages) => without(pages, id));
      void queryClient.cancelQueries({ queryKey: newestKey });
      queryClient.removeQueries({ queryKey: newestKey });
      return () => queryClient.setQueryData(options.queryKey, before);
    },
  };
}
