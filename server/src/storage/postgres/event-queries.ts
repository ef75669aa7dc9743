import { type Kysely, type SqlBool, sql } from 'kysely';
import type { ActivityEvent, ClicksSince, EventFilter, EventQueries } from '../../clicks/event.ts';
import type { RowCount } from '../../links/store.ts';
import { toEvent } from '../to-domain.ts';
import { clickEvents } from './click-events.ts';
import type { ReadContext } from './context.ts';
import { COUNT_ROWS_MAX, capped, counterValue } from './counting.ts';
import { CLICK_EVENT, eventIds, eventPage, PAGE_SETTINGS } from './event-pages.ts';
import { anyId, someId } from './ids.ts';
import { inSnapshot } from './read-snapshot.ts';
import type { Schema } from './schema.ts';

/** Events of a link that are looked through for the latest time: ids and times ascend together but for imported rows. */
const LATEST_ROWS_MAX = 10_000;

/** Reads of the activity log, each answer of one state of the database. */
export class PostgresEventQueries implements EventQueries {
  constructor(private readonly ctx: Pick<ReadContext, 'db'>) {}

  async get(id: number): Promise<ActivityEvent | null> {
    const page = await inSnapshot(this.ctx.db, (db) =>
      fetch(db, [
        { id, is_click: false },
        { id, is_click: true },
      ]),
    );
    return page[0] ?? null;
  }

  async list(
    filter: EventFilter,
    page: { limit: number; offset?: number; beforeId?: number },
  ): Promise<ActivityEvent[]> {
    return inSnapshot(
      this.ctx.db,
      async (db) => ((await exists(db, filter)) ? fetch(db, await eventPage(db, filter, page).execute()) : []),
      PAGE_SETTINGS,
    );
  }

  async count(filter: EventFilter): Promise<RowCount> {
    const { linkId, userId, type } = filter;
    return inSnapshot(
      this.ctx.db,
      async (db) => {
        if (!(await exists(db, filter))) return { value: 0, exact: true };
        if (linkId !== undefined) {
          const rows = await countOfLink(db, linkId, userId, type);
          return userId === undefined && type === undefined ? { value: rows, exact: true } : capped(rows);
        }
        if (userId === undefined) {
          return type === undefined ? counterValue(db, 'events', '') : counterValue(db, 'events_by_type', type);
        }
        if (type === undefined) return counterValue(db, 'events_by_user', userId);
        const row = await db
          .selectFrom(eventIds(db, filter, COUNT_ROWS_MAX).as('found'))
          .select(sql<number>`count(*)`.as('n'))
          .executeTakeFirstOrThrow();
        return capped(row.n);
      },
      PAGE_SETTINGS,
    );
  }

  async countsByType(
    linkId: number,
  ): Promise<{ counts: Record<string, number>; total: number; latestAt: number | null }> {
    return inSnapshot(this.ctx.db, async (db) => {
      if (!(await exists(db, { linkId }))) return { counts: {}, total: 0, latestAt: null };
      const rows = await db
        .selectFrom('event_counts')
        .select(['type', sql<number>`sum(n)`.as('n')])
        .where('link_id', '=', anyId(linkId))
        .groupBy('type')
        .execute();
      const stats = await statsOf(db, linkId);
      const counts = new Map(rows.map((row) => [row.type, row.n]));
      if (stats?.clicks) counts.set(CLICK_EVENT, (counts.get(CLICK_EVENT) ?? 0) + stats.clicks);
      const latest = await db
        .selectFrom(
          db
            .selectFrom('events')
            .select('at')
            .where('link_id', '=', anyId(linkId))
            .orderBy('id', 'desc')
            .limit(LATEST_ROWS_MAX)
            .as('e'),
        )
        .select(sql<number | null>`max(at)`.as('at'))
        .executeTakeFirst();
      const times = [latest?.at, stats?.last_click_at].filter((at) => typeof at === 'number');
      return {
        counts: Object.fromEntries(counts),
        total: [...counts.values()].reduce((sum, n) => sum + n, 0),
        latestAt: times.length > 0 ? Math.max(...times) : null,
      };
    });
  }

  /** @NOTE Ids of clicks ascend in the order in which they are committed, so none appears later below `lastId`. */
  async clicksSince(afterId: number | null, limit: number, linkId: number | null): Promise<ClicksSince> {
    return inSnapshot(
      this.ctx.db,
      async (db) => {
        const newest = await db
          .selectFrom('clicks')
          .select(sql<number>`coalesce(max(id), 0)`.as('id'))
          .executeTakeFirstOrThrow();
        const lastId = Math.max(newest.id, afterId ?? 0);
        if (afterId === null || newest.id <= afterId) return { events: [], skipped: 0, lastId };
        let above = db.selectFrom('clicks').select('id').where('id', '>', afterId);
        if (linkId !== null) above = above.where('link_id', '=', someId(linkId));
        above = above.orderBy('id', 'desc');
        const ids = (await above.limit(limit).execute()).map((row) => row.id);
        const first = ids.at(-1);
        const isCut = first !== undefined && ids.length === limit;
        const before = isCut
          ? await db
              .selectFrom(above.where('id', '<', first).limit(COUNT_ROWS_MAX).as('missed'))
              .select(sql<number>`count(*)`.as('n'))
              .executeTakeFirstOrThrow()
          : { n: 0 };
        const events = await clickEvents(db, ids);
        return { events: events.sort((a, b) => a.id - b.id), skipped: capped(before.n).value, lastId };
      },
      PAGE_SETTINGS,
    );
  }
}

/** From the link's own totals: a recorded click is always its owner's. */
async function countOfLink(
  db: Kysely<Schema>,
  linkId: number,
  userId: number | undefined,
  type: string | undefined,
): Promise<number> {
  let query = db
    .selectFrom('event_counts')
    .select(sql<number>`coalesce(sum(n), 0)`.as('n'))
    .where('link_id', '=', anyId(linkId));
  if (userId !== undefined) query = query.where('user_id', '=', anyId(userId));
  if (type !== undefined) query = query.where('type', '=', type);
  const events = (await query.executeTakeFirstOrThrow()).n;
  if (type !== undefined && type !== CLICK_EVENT) return events;
  const stats = await statsOf(db, linkId);
  if (userId !== undefined && stats?.owner_id !== userId) return events;
  return events + (stats?.click_rows ?? 0);
}

function statsOf(db: Kysely<Schema>, linkId: number) {
  return db
    .selectFrom('links')
    .innerJoin('link_stats', 'link_stats.link_id', 'links.id')
    .select(['links.owner_id', 'link_stats.clicks', 'link_stats.click_rows', 'link_stats.last_click_at'])
    .where('links.id', '=', anyId(linkId))
    .executeTakeFirst();
}

/** Whether the link and the user that the filter names are there. */
async function exists(db: Kysely<Schema>, { linkId, userId }: EventFilter): Promise<boolean> {
  if (linkId !== undefined) {
    const link = await db
      .selectFrom('links')
      .select('id')
      .where('id', '=', anyId(linkId))
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    if (!link) return false;
  }
  if (userId === undefined) return true;
  return (await db.selectFrom('users').select('id').where('id', '=', anyId(userId)).executeTakeFirst()) !== undefined;
}

/** The rows behind ids, newest first; what is not visible (any more) is left out. */
async function fetch(db: Kysely<Schema>, ids: { id: number; is_click: boolean }[]): Promise<ActivityEvent[]> {
  const clicks = await clickEvents(
    db,
    ids.filter((row) => row.is_click).map((row) => row.id),
  );
  const eventIds = ids.filter((row) => !row.is_click).map((row) => row.id);
  const events = await db
    .selectFrom('events')
    .select(['id', 'link_id', 'user_id', 'type', 'at', 'details'])
    .where('id', '=', sql<number>`ANY (${eventIds}::bigint[])`)
    .where(
      sql<SqlBool>`(type = 'deleted' OR EXISTS (SELECT 1 FROM links WHERE links.id = events.link_id AND links.deleted_at IS NULL))`,
    )
    .execute();
  return [...events.map(toEvent), ...clicks].sort((a, b) => b.id - a.id);
}
