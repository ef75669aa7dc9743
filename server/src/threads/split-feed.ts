import type { ChangeFeed, FeedCursor, FeedLink } from '../links/change-feed.ts';

/** One feed over two ways to the database: look-ups, for which visitors wait, and all else. */
export class SplitFeed implements ChangeFeed {
  constructor(
    private readonly rest: ChangeFeed,
    private readonly lookups: ChangeFeed,
  ) {}

  head() {
    return this.rest.head();
  }

  since(cursor: FeedCursor, limit: number) {
    return this.rest.since(cursor, limit);
  }

  page(afterId: number, limit: number) {
    return this.rest.page(afterId, limit);
  }

  find(domainId: number, code: string): Promise<FeedLink | null> {
    return this.lookups.find(domainId, code);
  }

  salts(days: readonly number[]) {
    return this.rest.salts(days);
  }
}
