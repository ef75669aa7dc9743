import type { ReplicaLink } from './link.ts';

/** A link's redirect as the feed carries it. `version` counts changes of the link: the greater one is newer. */
export interface FeedLink extends ReplicaLink {
  domainId: number;
  version: number;
}

/** What became of one (domain, code). `link` null: deleted or purged. */
export interface LinkChange {
  domainId: number;
  code: string;
  linkId: number;
  link: FeedLink | null;
}

/** Where a replica is in the feed. Another epoch, or a seq below the feed's floor, needs a new snapshot. */
export interface FeedCursor {
  epoch: string;
  seq: number;
}

/**
 * Everything that redirects need, in the order in which it became visible. Nothing is skipped, and a transaction that stays
 * open delays nobody. Read by edges.
 */
export interface ChangeFeed {
  /** The cursor of all that is visible now, and the floor below which changes are gone. Errors: `unavailable`. */
  head(): Promise<FeedCursor & { floor: number }>;
  /**
   * Up to `limit` changes above the cursor, oldest first, each with the link's present state; `seq` is where to go on.
   * Shape: null where the cursor needs a snapshot. Errors: `unavailable`.
   */
  since(cursor: FeedCursor, limit: number): Promise<{ changes: LinkChange[]; seq: number; more: boolean } | null>;
  /**
   * Live links by id, at least as new as the call, for a snapshot: take `head` first, then all pages, then follow from that
   * cursor. Errors: `unavailable`.
   */
  page(afterId: number, limit: number): Promise<FeedLink[]>;
  /** One live link as it is now. Errors: `unavailable`. */
  find(domainId: number, code: string): Promise<FeedLink | null>;
  /** Salts of UTC days (days since the epoch), today's and tomorrow's made if missing; days over 48 h past are left out. Errors: `unavailable`. */
  salts(days: readonly number[]): Promise<{ day: number; salt: string }[]>;
}
