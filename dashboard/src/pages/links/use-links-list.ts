import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import type { Link } from '@waymark/contract/v1/links';
import { useMemo, useState } from 'react';
import { queries } from '../../api/queries.ts';
import type { LinkPages } from './link-pages.ts';
import { type LinksSearch, listOptions } from './links-search.ts';

/** Pages that are asked for again by themselves; a longer list keeps what it has until it is opened anew. */
const FRESH_PAGES_MAX = 3;
const FRESH_MS = 10_000;

/** The links of a search, page after page, in one list. */
export function useLinksList(search: LinksSearch) {
  const queryClient = useQueryClient();
  const options = listOptions(search);
  const base = queries.links(options);
  useState(() => {
    // A long list that is out of date would be asked for page by page: it begins anew instead.
    const state = queryClient.getQueryState(base.queryKey);
    if (!state?.isInvalidated) return;
    queryClient.setQueryData<LinkPages>(base.queryKey, (pages) => pages && firstPages(pages));
    void queryClient.invalidateQueries({ queryKey: base.queryKey, refetchType: 'none' });
  });
  const query = useInfiniteQuery({
    ...base,
    staleTime: ({ state }) => (isLong(state.data) ? Number.POSITIVE_INFINITY : FRESH_MS),
    refetchOnWindowFocus: ({ state }) => !isLong(state.data),
    refetchOnReconnect: ({ state }) => !isLong(state.data),
  });
  const links: Link[] = useMemo(() => query.data?.pages.flatMap(({ data }) => data) ?? [], [query.data]);
  return { query, links };
}

function isLong(pages: LinkPages | undefined): boolean {
  return (pages?.pages.length ?? 0) > FRESH_PAGES_MAX;
}

function firstPages({ pages, pageParams }: LinkPages): LinkPages {
  return { pages: pages.slice(0, FRESH_PAGES_MAX), pageParams: pageParams.slice(0, FRESH_PAGES_MAX) };
}
