import { type Kysely, type SqlBool, sql } from 'kysely';
import type { EventFilter } from '../../clicks/event.ts';
import { anyId } from './ids.ts';
import type { Schema } from './schema.ts';

/** Type of the events that recorded clicks show as. */
export const CLICK_EVENT = 'click';

/**
 * Ids of visible events and recorded clicks that a filter lets through. A link in the filter must be live.
 * `newest` says how many of each table are wanted, highest ids first; null for any order.
 * @NOTE Each table is cut to size for itself, in the order of one index: ordering the two together would sort all of both.
 */
export function eventIds(db: Kysely<Schema>, filter: EventFilter, rows: number, beforeId?: number) {
  let events = db.selectFrom('events').select(['events.id as id', sql<boolean>`false`.as('is_click')]);
  let clicks = db.selectFrom('clicks').select(['clicks.id as id', sql<boolean>`true`.as('is_click')]);
  if (beforeId !== undefined) {
    events = events.where('events.id', '<', beforeId);
    clicks = clicks.where('clicks.id', '<', beforeId);
  }
  if (filter.linkId !== undefined) {
    events = events.where('events.link_id', '=', anyId(filter.linkId));
    clicks = clicks.where('clicks.link_id', '=', anyId(filter.linkId));
  } else {
    events = events.where(sql<SqlBool>`(events.type = 'deleted' OR ${isLive('events.link_id')})`);
    clicks = clicks.where(isLive('clicks.link_id'));
  }
  if (filter.userId !== undefined) {
    events = events.where('events.user_id', '=', anyId(filter.userId));
    clicks = clicks.where('clicks.user_id', '=', anyId(filter.userId));
  }
  if (filter.type !== undefined) events = events.where('events.type', '=', filter.type);
  const cut = {
    events: events.orderBy('events.id', 'desc').limit(rows),
    clicks: clicks.orderBy('clicks.id', 'desc').limit(rows),
  };
  const all = db.selectFrom(cut.events.as('e')).select(['e.id', 'e.is_click']);
  if (filter.type !== undefined && filter.type !== CLICK_EVENT) return all;
  return all.unionAll(db.selectFrom(cut.clicks.as('c')).select(['c.id', 'c.is_click']));
}

/** One page of ids, newest first. */
export function eventPage(
  db: Kysely<Schema>,
  filter: EventFilter,
  page: { limit: number; offset?: number; beforeId?: number },
) {
  const offset = page.offset ?? 0;
  const ids = eventIds(db, filter, offset + page.limit, page.beforeId)
    .orderBy('id', 'desc')
    .limit(page.limit);
  return offset > 0 ? ids.offset(offset) : ids;
}

/**
 * Whether the link of a row is not deleted.
 * @NOTE As a look-up of each row's link: a join would let the planner read all links first, or give up the order of ids.
 */
function isLive(column: 'events.link_id' | 'clicks.link_id') {
  return sql<SqlBool>`coalesce((SELECT links.deleted_at IS NULL FROM links WHERE links.id = ${sql.ref(column)}), false)`;
}
