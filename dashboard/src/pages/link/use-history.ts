import { useInfiniteQuery } from '@tanstack/react-query';
import { queries } from '../../api/queries.ts';
import { type HistoryRow, historyRows, mergedEvents } from './history-rows.ts';

const PAGE_ROWS = 50;

export interface History {
  /** undefined while nothing has come. */
  rows: HistoryRow[] | undefined;
  error: Error | null;
  refetch(): void;
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore(): void;
}

/** What happened to a link, its clicks left out: a link with millions of them has its changes on the first page. */
export function useChanges(link: string): History {
  const lists = [
    useInfiniteQuery(queries.events({ link, type: 'updated', limit: PAGE_ROWS })),
    useInfiniteQuery(queries.events({ link, type: 'created', limit: PAGE_ROWS })),
    useInfiniteQuery(queries.events({ link, type: 'deleted', limit: PAGE_ROWS })),
    useInfiniteQuery(queries.events({ link, type: 'restored', limit: PAGE_ROWS })),
  ];
  const loaded = lists.flatMap(({ data, hasNextPage }) =>
    data ? [{ events: data.pages.flatMap((page) => page.data), hasMore: hasNextPage }] : [],
  );
  return {
    rows: loaded.length === lists.length ? historyRows(mergedEvents(loaded)) : undefined,
    error: lists.find(({ error }) => error !== null)?.error ?? null,
    refetch: () => {
      for (const { refetch } of lists) void refetch();
    },
    hasMore: lists.some(({ hasNextPage }) => hasNextPage),
    isLoadingMore: lists.some(({ isFetchingNextPage }) => isFetchingNextPage),
    loadMore: () => {
      for (const { hasNextPage, fetchNextPage } of lists) if (hasNextPage) void fetchNextPage();
    },
  };
}

/** Everything in the log of a link, clicks summed up where nothing stands between them. */
export function useEverything(link: string): History {
  const query = useInfiniteQuery(queries.events({ link, limit: PAGE_ROWS }));
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  return {
    rows: data && historyRows(data.pages.flatMap((page) => page.data)),
    error,
    refetch: () => void refetch(),
    hasMore: hasNextPage,
    isLoadingMore: isFetchingNextPage,
    loadMore: () => void fetchNextPage(),
  };
}
