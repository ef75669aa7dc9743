import type { RowCount } from '../links/store.ts';

/** A row of the activity log. `details` is always an object; `at` in epoch ms UTC. */
export interface ActivityEvent {
  id: number;
  linkId: number;
  userId: number | null;
  type: string;
  at: number;
  details: Record<string, unknown>;
}

export interface EventFilter {
  linkId?: number;
  userId?: number;
  type?: string;
}

/** Reads of the activity log: recorded clicks and all other events in one order, newest (highest id) first. */
export interface EventQueries {
  get(id: number): Promise<ActivityEvent | null>;
  /** `beforeId` goes on below that id (cursor); `offset` serves page numbers. */
  list(filter: EventFilter, page: { limit: number; offset?: number; beforeId?: number }): Promise<ActivityEvent[]>;
  /** Exact from counters with no filter or one of link, user, type; otherwise counted to LIMITS.countExactMax. */
  count(filter: EventFilter): Promise<RowCount>;
  /** Events by type for one link, recorded clicks under `click`; with the time of the latest. */
  countsByType(linkId: number): Promise<{ counts: Record<string, number>; total: number; latestAt: number | null }>;
  /**
   * Recorded clicks above an id, of one link or of all: the newest `limit` of them. `afterId` null asks for `lastId` alone.
   */
  clicksSince(afterId: number | null, limit: number, linkId: number | null): Promise<ClicksSince>;
}

/** Clicks for whoever follows them. */
export interface ClicksSince {
  /** Lowest id first; clicks of deleted links are left out. */
  events: ActivityEvent[];
  /** Clicks above the asked id that lie before these; counting stops at LIMITS.countExactMax. */
  skipped: number;
  /** From where to ask next. */
  lastId: number;
}

export interface EventCommands {
  /** An event that a client posts. Errors: `not_found` for an unknown link or user. */
  post(event: {
    type: string;
    linkId: number;
    userId: number | null;
    details: Record<string, unknown>;
  }): Promise<ActivityEvent>;
  /** Takes a recorded click from counters and rollups too. Errors: `not_found`. */
  delete(id: number): Promise<void>;
}
