import type { LinkListOptions } from '@waymark/contract/client';
import type { LinkSort } from '@waymark/contract/v1/links';
import { one } from '../../app/search-params.ts';

export const SHOWS = ['active', 'inactive', 'expired', 'deleted'] as const;
/** Which links are listed; all that are not deleted where nothing is said. */
export type Show = (typeof SHOWS)[number];

export const SORTS = [
  '-createdAt',
  'createdAt',
  '-updatedAt',
  'updatedAt',
  '-clicks',
  'clicks',
  'code',
  '-code',
] as const satisfies readonly LinkSort[];
export type Sort = (typeof SORTS)[number];
/** As the API sorts by itself. */
export const SORT_DEFAULT: Sort = '-createdAt';

/** Code points that the API searches by at most. */
const Q_LENGTH_MAX = 200;

/** What the address says of the list of links. */
export interface LinksSearch {
  q?: string;
  show?: Show;
  sort?: Sort;
}

export function linksSearch(raw: Record<string, unknown>): LinksSearch {
  const q = [...(one(raw, 'q') ?? '')].slice(0, Q_LENGTH_MAX).join('');
  const show = SHOWS.find((value) => value === one(raw, 'show'));
  const sort = SORTS.find((value) => value === one(raw, 'sort'));
  return { ...(q !== '' && { q }), ...(show && { show }), ...(sort && sort !== SORT_DEFAULT && { sort }) };
}

const FILTERS: Record<Show, Pick<LinkListOptions, 'active' | 'expired' | 'deleted'>> = {
  active: { active: true, expired: false },
  inactive: { active: false },
  expired: { expired: true },
  deleted: { deleted: true },
};

/** The same as the API takes it. */
export function listOptions({
  q,
  show,
  sort,
}: LinksSearch): Pick<LinkListOptions, 'q' | 'sort' | 'active' | 'expired' | 'deleted'> {
  const text = q?.trim() ?? '';
  return { ...(text !== '' && { q: text }), ...(show && FILTERS[show]), sort: sort ?? SORT_DEFAULT };
}
