import type { Event } from '@waymark/contract/v1/events';
import type { Page } from '@waymark/contract/v1/fields';
import type { ActivitySearch } from './activity-search.ts';

/** Pages of the log as they were loaded, newest first. */
export interface EventPages {
  pages: Page<Event>[];
  pageParams: unknown[];
}

/** Rows of the first page beyond which it is cut down to the newest page again. */
const FIRST_PAGE_MAX = 1000;

/** What came since the list was loaded. */
export interface NewEvents {
  /** Not in the list yet, newest first. */
  events: Event[];
  /** Whether more came than is known here, so that only loading anew shows them all. */
  hasGap: boolean;
}

export function matches({ linkId, type }: Event, search: ActivitySearch): boolean {
  return (search.link === undefined || linkId === search.link) && (search.type === undefined || type === search.type);
}

/** Compares the list with the newest page of the log, and with clicks that came live. */
export function newEvents(
  list: EventPages,
  newest: Page<Event> | undefined,
  live: readonly Event[],
  search: ActivitySearch,
): NewEvents {
  const known = new Set(list.pages.flatMap(({ data }) => data.map(({ id }) => id)));
  const top = Number(list.pages[0]?.data[0]?.id ?? 0);
  const recent = newest?.data ?? [];
  // What the list does not reach down to is on a page that was not asked for.
  const bottom = Number(list.pages.at(-1)?.data.at(-1)?.id ?? 0);
  const found = new Map<string, Event>();
  for (const event of [...live.filter((each) => matches(each, search) && Number(each.id) > top), ...recent]) {
    if (!known.has(event.id) && Number(event.id) > bottom) found.set(event.id, event);
  }
  const reaches = newest === undefined || newest.nextCursor === null || recent.some(({ id }) => known.has(id));
  return { events: [...found.values()].sort(byNewest), hasGap: !reaches };
}

/** The list with what came since. Where that has a gap, or has grown long, the newest page is the list. */
export function takeIn(list: EventPages, newest: Page<Event> | undefined, { events, hasGap }: NewEvents): EventPages {
  const [first, ...rest] = list.pages;
  if (first === undefined) return list;
  const known = new Set(list.pages.flatMap((page) => page.data.map(({ id }) => id)));
  // What is taken in twice, before the list was drawn again, is there once.
  const data = [...events.filter(({ id }) => !known.has(id)), ...first.data].sort(byNewest);
  if (newest !== undefined && (hasGap || (data.length > FIRST_PAGE_MAX && rest.length === 0))) {
    return { pages: [newest], pageParams: [undefined] };
  }
  return { ...list, pages: [{ ...first, data }, ...rest] };
}

/** The list without one event. */
export function without(list: EventPages, id: string): EventPages {
  return {
    ...list,
    pages: list.pages.map((page) => ({ ...page, data: page.data.filter((event) => event.id !== id) })),
  };
}

function byNewest(a: Event, b: Event): number {
  return Number(b.id) - Number(a.id);
}
