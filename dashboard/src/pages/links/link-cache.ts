import type { QueryClient, QueryKey } from '@tanstack/react-query';
import type { Link } from '@waymark/contract/v1/links';
import { queries } from '../../api/queries.ts';
import { type LinkPages, type TakenLink, withLinks, withLinksBack, withoutLinks } from './link-pages.ts';

const LISTS = { queryKey: ['links', 'list'] };

/** Shows these links as given wherever one is shown. */
export function replaceInCaches(queryClient: QueryClient, links: readonly Link[]): void {
  const byId = new Map(links.map((link) => [link.id, link]));
  queryClient.setQueriesData<LinkPages>(LISTS, (pages) => pages && withLinks(pages, byId));
  for (const link of links) {
    const { queryKey } = queries.link(link.id);
    if (queryClient.getQueryData(queryKey) !== undefined) queryClient.setQueryData(queryKey, link);
  }
}

/** What was taken out of each list. */
export type TakenFromLists = [QueryKey, TakenLink[]][];

/** Takes links out of the lists of deleted ones, or out of all others. */
export function takeFromLists(
  queryClient: QueryClient,
  links: readonly Link[],
  { deleted }: { deleted: boolean },
): TakenFromLists {
  const ids = new Set(links.map(({ id }) => id));
  const all: TakenFromLists = [];
  for (const [key, pages] of queryClient.getQueriesData<LinkPages>(LISTS)) {
    if (pages === undefined || isOfDeleted(key) !== deleted) continue;
    const after = withoutLinks(pages, ids);
    if (after.taken.length === 0) continue;
    queryClient.setQueryData(key, after.pages);
    all.push([key, after.taken]);
  }
  for (const id of ids)
    void queryClient.invalidateQueries({ queryKey: queries.link(id).queryKey, refetchType: 'none' });
  return all;
}

/** Has lists asked anew when they are next looked at: of deleted links, or all others. */
export function markListsStale(queryClient: QueryClient, { deleted }: { deleted: boolean }): void {
  void queryClient.invalidateQueries({
    ...LISTS,
    predicate: ({ queryKey }) => isOfDeleted(queryKey) === deleted,
    refetchType: 'none',
  });
}

/** Puts those of `ids` back where they were. */
export function putBackInLists(queryClient: QueryClient, all: TakenFromLists, ids: ReadonlySet<string>): void {
  for (const [key, taken] of all) {
    const back = taken.filter(({ link }) => ids.has(link.id));
    queryClient.setQueryData<LinkPages>(key, (pages) => pages && withLinksBack(pages, back));
  }
}

function isOfDeleted([, , options]: QueryKey): boolean {
  return typeof options === 'object' && options !== null && 'deleted' in options && options.deleted === true;
}
