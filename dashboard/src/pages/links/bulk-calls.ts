import type { QueryClient } from '@tanstack/react-query';
import { LIMITS } from '@waymark/contract';
import type { Link } from '@waymark/contract/v1/links';
import { api } from '../../api/client.ts';
import { type BulkDone, type Progress, runBulk } from './bulk-run.ts';
import { markListsStale, putBackInLists, replaceInCaches, type TakenFromLists, takeFromLists } from './link-cache.ts';

/** What can be set on many links at once. */
export type LinkChange = Partial<Pick<Link, 'active' | 'expiresAt'>>;

/** One change of a link; `link` as it was before. */
export interface LinkUpdate {
  link: Link;
  change: LinkChange;
}

export interface Moved extends BulkDone<Link> {
  /** What disappeared from lists, for putting it back. */
  taken: TakenFromLists;
}

type OnProgress = (progress: Progress) => void;
const LISTS = { queryKey: ['links', 'list'] };

/** Changes links, shown at once; those that the server leaves as they were are shown so again. */
export async function updateLinks(
  queryClient: QueryClient,
  updates: readonly LinkUpdate[],
  onProgress?: OnProgress,
): Promise<BulkDone<LinkUpdate>> {
  await queryClient.cancelQueries(LISTS);
  replaceInCaches(
    queryClient,
    updates.map(({ link, change }) => ({ ...link, ...change })),
  );
  const done = await run(
    queryClient,
    updates,
    LIMITS.bulkItemsMax,
    async (chunk) => {
      const body = chunk.map(({ link, change }) => ({ id: link.id, ...change }));
      return (await api.links.bulk({ update: body })).update;
    },
    onProgress,
  );
  const unchanged = [...done.refused.map(({ item }) => item), ...done.left].map(({ link }) => link);
  replaceInCaches(queryClient, [...done.succeeded.flatMap(({ link }) => link ?? []), ...unchanged]);
  return done;
}

/** Deletes links: gone from the lists at once, back where the server refuses. */
export async function deleteLinks(
  queryClient: QueryClient,
  links: readonly Link[],
  onProgress?: OnProgress,
): Promise<Moved> {
  await queryClient.cancelQueries(LISTS);
  const taken = takeFromLists(queryClient, links, { deleted: false });
  const done = await run(
    queryClient,
    links,
    LIMITS.bulkItemsMax,
    async (chunk) => (await api.links.bulk({ delete: chunk.map(({ id }) => id) })).delete,
    onProgress,
  );
  putBackInLists(queryClient, taken, notDone(done));
  markListsStale(queryClient, { deleted: true });
  return { ...done, taken };
}

/** Brings deleted links back: gone from the list of deleted ones at once. */
export async function restoreLinks(
  queryClient: QueryClient,
  links: readonly Link[],
  onProgress?: OnProgress,
): Promise<Moved> {
  await queryClient.cancelQueries(LISTS);
  const taken = takeFromLists(queryClient, links, { deleted: true });
  const done = await run(
    queryClient,
    links,
    LIMITS.bulkItemsMax,
    async (chunk) => (await api.links.bulk({ restore: chunk.map(({ id }) => id) })).restore,
    onProgress,
  );
  putBackInLists(queryClient, taken, notDone(done));
  markListsStale(queryClient, { deleted: false });
  return { ...done, taken };
}

/** What was done stands in the history of each link. */
async function run<T>(queryClient: QueryClient, ...work: Parameters<typeof runBulk<T>>): Promise<BulkDone<T>> {
  const done = await runBulk(...work);
  void queryClient.invalidateQueries({ queryKey: ['events'] });
  return done;
}

function notDone({ refused, left }: BulkDone<Link>): Set<string> {
  return new Set([...refused.map(({ item }) => item.id), ...left.map(({ id }) => id)]);
}
