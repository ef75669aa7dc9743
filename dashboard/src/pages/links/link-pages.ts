import type { InfiniteData } from '@tanstack/react-query';
import type { Page } from '@waymark/contract/v1/fields';
import type { Link } from '@waymark/contract/v1/links';

/** What is loaded of a list of links. */
export type LinkPages = InfiniteData<Page<Link>, string | undefined>;

/** A link that was taken out of a list, and where it was. */
export interface TakenLink {
  page: number;
  index: number;
  link: Link;
}

/** Puts other links in the place of those with the same ids. Pages without any stay the same objects. */
export function withLinks(pages: LinkPages, links: ReadonlyMap<string, Link>): LinkPages {
  return {
    ...pages,
    pages: pages.pages.map((page) =>
      page.data.some(({ id }) => links.has(id))
        ? { ...page, data: page.data.map((link) => links.get(link.id) ?? link) }
        : page,
    ),
  };
}

/** Takes links out; `taken` puts them back. */
export function withoutLinks(pages: LinkPages, ids: ReadonlySet<string>): { pages: LinkPages; taken: TakenLink[] } {
  const taken: TakenLink[] = [];
  const left = pages.pages.map((page, number) => {
    if (!page.data.some(({ id }) => ids.has(id))) return page;
    for (const [index, link] of page.data.entries()) if (ids.has(link.id)) taken.push({ page: number, index, link });
    return { ...page, data: page.data.filter(({ id }) => !ids.has(id)) };
  });
  return { pages: { ...pages, pages: left }, taken };
}

/** Puts links back where they were; one whose page is not loaded any more comes with the next look at the list. */
export function withLinksBack(pages: LinkPages, taken: readonly TakenLink[]): LinkPages {
  const byPage = Map.groupBy(taken, ({ page }) => page);
  return {
    ...pages,
    pages: pages.pages.map((page, number) => {
      const back = byPage.get(number);
      if (back === undefined) return page;
      const data = [...page.data];
      const there = new Set(data.map(({ id }) => id));
      for (const { index, link } of back) if (!there.has(link.id)) data.splice(index, 0, link);
      return { ...page, data };
    }),
  };
}
