import { type Kysely, type SqlBool, sql } from 'kysely';
import type { EventFilter } from '../../clicks/event.ts';
import type { Schema } from './schema.ts';

/** Type of the events that recorded clicks show as. */
export const CLICK_EVENT = 'click';

/**
 * Ids of visible events and recorded clicks that a filter lets through, in no order yet. Each table comes in the order of
 * one index, so ordering the whole by id merges the two and sorts neither. A link in the filter must be live.
 * @NOTE The `+` before a column keeps SQLite from choosing its index where a narrower one is there.
 */
export function eventIds(db: Kysely<Schema>, filter: EventFilter, beforeId?: number) {
  let events = db.selectFrom('events').select(['events.id as id', sql<number>`0`.as('is_click')]);
  let clicks = db.selectFrom('clicks').select(['clicks.id as id', sql<number>`1`.as('is_click')]);
  if (beforeId !== undefined) {
    events = events.where('events.id', '<', beforeId);
    clicks = clicks.where('clicks.id', '<', beforeId);
  }
  if (filter.linkId !== undefined) {
    events = events.where('events.link_id', '=', filter.linkId);
    clicks = clicks.where('clicks.link_id', '=', filter.linkId);
  } else {
    events = events.where(
      sql<SqlBool>`(events.type = 'deleted' or exists (select 1 from links where links.id = events.link_id and links.deleted_at is null))`,
    );
    clicks = clicks.where(
      sql<SqlBool>`exists (select 1 from links where links.id = clicks.link_id and links.deleted_at is null)`,
    );
  }
  if (filter.userId !== undefined) {
    const beside = sql.raw(filter.linkId === undefined ? '' : '+');
    events = events.where(sql<SqlBool>`${beside}events.user_id = ${filter.userId}`);
    clicks = clicks.where(sql<SqlBool>`${beside}clicks.user_id = ${filter.userId}`);
  }
  if (filter.type !== undefined) {
    const beside = sql.raw(filter.linkId === undefined && filter.userId === undefined ? '' : '+');
    events = events.where(sql<SqlBool>`${beside}events.type = ${filter.type}`);
    if (filter.type !== CLICK_EVENT) return events;
  }
  return events.unionAll(clicks);
}

/** One page of ids, newest first. */
export function eventPage(
  db: Kysely<Schema>,
  filter: EventFilter,
  page: { limit: number; offset?: number; beforeId?: number },
) {
  const ids = eventIds(db, filter, page.beforeId).orderBy('id', 'desc').limit(page.limit);
  return page.offset ? ids.offset(page.offset) : ids;
}
