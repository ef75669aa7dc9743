import { type Kysely, type SqlBool, sql } from 'kysely';
import type { EventFilter } from '../../clicks/event.ts';
import { someId } from './ids.ts';
import type { Schema } from './schema.ts';

/** Type of the events that recorded clicks show as. */
export const CLICK_EVENT = 'click';

/**
 * Settings of the server under which a page is read in the order of an index, however many rows the planner expects: it takes
 * a busy link for one like others (see someId), and would fetch and sort all its rows.
 */
export const PAGE_SETTINGS = { enable_bitmapscan: 'off', enable_seqscan: 'off', enable_sort: 'off' };

/**
 * Ids of the newest visible events and the newest recorded clicks that a filter lets through, up to `rows` of each, in no
 * order. A link in the filter must be live.
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
    events = events.where('events.link_id', '=', someId(filter.linkId));
    clicks = clicks.where('clicks.link_id', '=', someId(filter.linkId));
  } else {
    events = events.where(sql<SqlBool>`(events.type = 'deleted' OR ${isLive('events.link_id')})`);
    clicks = clicks.where(isLive('clicks.link_id'));
  }
  if (filter.userId !== undefined) {
    events = events.where('events.user_id', '=', someId(filter.userId));
    clicks = clicks.where('clicks.user_id', '=', someId(filter.userId));
  }
  if (filter.type !== undefined) events = events.where('events.type', '=', sql<string>`(SELECT ${filter.type}::text)`);
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
