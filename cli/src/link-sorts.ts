import type { LinkSort } from '@waymark/contract/v1/links';

/** The sorts of the API, without loading its schemas to know them. */
export const LINK_SORT_NAMES = Object.keys({
  createdAt: 0,
  '-createdAt': 0,
  updatedAt: 0,
  '-updatedAt': 0,
  clicks: 0,
  '-clicks': 0,
  code: 0,
  '-code': 0,
  id: 0,
  '-id': 0,
} satisfies Record<LinkSort, 0>) as LinkSort[];
