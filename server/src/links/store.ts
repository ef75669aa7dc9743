import type { Link, LinkId, LinkWithCounts, RedirectStatus } from './link.ts';

/** A link to be made. `code` null draws a random one. Times: epoch ms UTC. */
export interface NewLink {
  domainId: number;
  code: string | null;
  url: string;
  title: string | null;
  active: boolean;
  expiresAt: number | null;
  redirectStatus: RedirectStatus;
  ownerId: number | null;
}

/** Fields that may change; absent means unchanged. */
export interface LinkPatch {
  url?: string;
  title?: string | null;
  active?: boolean;
  expiresAt?: number | null;
  redirectStatus?: RedirectStatus;
}

export type LinkSort = 'id' | 'createdAt' | 'updatedAt' | 'clicks' | 'code';

/** Which links, all conditions together. Absent means any. Deleted links are left out unless `deleted` is true. */
export interface LinkFilter {
  ownerId?: number;
  active?: boolean;
  expired?: boolean;
  deleted?: boolean;
  code?: string;
  /** Exact title. */
  title?: string;
  /** Substring of code, url or title, ASCII case ignored. */
  search?: string;
  ids?: readonly number[];
}

export interface LinkPageQuery {
  filter: LinkFilter;
  sort: LinkSort;
  descending: boolean;
  limit: number;
  /** Rows to pass over; for the page numbers of the classic API. */
  offset?: number;
  /** Position after which to go on: the sort value and id of the last row seen. */
  after?: { value: string | number; id: number };
}

/** A number of rows; `exact` false means that counting stopped at the limit. */
export interface RowCount {
  value: number;
  exact: boolean;
}

/** Reads of links. Served off the main thread; sees every committed change. */
export interface LinkQueries {
  get(id: number): Promise<LinkWithCounts | null>;
  /** As `get`, deleted links included. */
  getEvenDeleted(id: number): Promise<LinkWithCounts | null>;
  getByCode(domainId: number, code: string): Promise<LinkWithCounts | null>;
  list(query: LinkPageQuery): Promise<LinkWithCounts[]>;
  /** Exact from counters with no filter or with owner alone; otherwise counted to LIMITS.countExactMax. */
  count(filter: LinkFilter): Promise<RowCount>;
  /** Those of the codes that a link has; a deleted link's code stays taken until it is purged. */
  taken(domainId: number, codes: readonly string[]): Promise<string[]>;
}

export type BulkResult<T> = { ok: true; value: T } | { ok: false; code: string; message: string };

/** Changes that were asked for together. `ifVersion` as in `LinkCommands.update`. */
export interface LinkBulk {
  creates: NewLink[];
  updates: { id: number; patch: LinkPatch; ifVersion: number | null }[];
  /** Ids. */
  deletes: number[];
  /** Ids. */
  restores: number[];
}

/** What became of each, in the order of the lists. */
export interface LinkBulkResults {
  creates: BulkResult<LinkWithCounts>[];
  updates: BulkResult<LinkWithCounts>[];
  deletes: BulkResult<null>[];
  restores: BulkResult<LinkWithCounts>[];
}

/** Changes of links. Each method is one unit of work, durable when it answers, and writes its activity event. */
export interface LinkCommands {
  /** Errors: `code_taken`; `not_found` (field user_id) for an unknown owner. */
  create(link: NewLink): Promise<LinkWithCounts>;
  /** Each on its own; order kept. */
  createMany(links: NewLink[]): Promise<BulkResult<LinkWithCounts>[]>;
  /** Creations, then updates, then deletions, then restorations; each on its own, all in one unit of work. */
  bulk(changes: LinkBulk): Promise<LinkBulkResults>;
  /**
   * `ifVersion` null updates whatever the version. One `updated` event for each field that really changes.
   * Errors: `not_found`; `precondition_failed`.
   */
  update(id: number, patch: LinkPatch, ifVersion: number | null): Promise<LinkWithCounts>;
  /** A tombstone: hidden at once, its code stays taken. Errors: `not_found`; `precondition_failed`. */
  delete(id: number, ifVersion: number | null): Promise<void>;
  /** Within LIMITS.restoreDays of the deletion. Errors: `not_found`, `conflict` when it is not deleted. */
  restore(id: number): Promise<LinkWithCounts>;
  /** Deletes for good a bounded chunk of what was deleted before `before`. Returns whether more is left. */
  purge(before: number): Promise<boolean>;
}

export type { Link, LinkId, LinkWithCounts };
