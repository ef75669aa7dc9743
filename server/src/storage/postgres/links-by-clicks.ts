import { type SqlBool, sql } from 'kysely';
import type { LinkPageQuery } from '../../links/store.ts';
import type { ReadContext } from './context.ts';
import { anyId } from './ids.ts';
import { linkConditions } from './link-conditions.ts';

export type LinkIds = ReturnType<typeof linkIdsByClicks>['clicked'];

/** Ids of links that have clicks, and of those that have none, each beyond the page's cursor and in its order. */
export function linkIdsByClicks(ctx: ReadContext, query: Pick<LinkPageQuery, 'filter' | 'descending' | 'after'>) {
  const direction = query.descending ? 'desc' : 'asc';
  const beyond = sql.raw(query.descending ? '<' : '>');
  const where = linkConditions(query.filter, ctx.now());
  let clicked = ctx.db
    .selectFrom('link_stats')
    .innerJoin('links', 'links.id', 'link_stats.link_id')
    .select('links.id as id')
    .where('link_stats.clicks', '>', 0)
    .where(where)
    .orderBy('link_stats.clicks', direction)
    .orderBy('link_stats.link_id', direction);
  // A question for each row, where a join might sort all links first.
  let never = ctx.db
    .selectFrom('links')
    .select('links.id as id')
    .where(sql<SqlBool>`coalesce((select clicks from link_stats where link_id = links.id), 0) <= 0`)
    .where(where)
    .orderBy('links.id', direction);
  if (query.after) {
    const { id } = query.after;
    const clicks = Number(query.after.value);
    clicked = clicked.where(sql<SqlBool>`(link_stats.clicks, link_stats.link_id) ${beyond} (${clicks}, ${anyId(id)})`);
    if (clicks <= 0) never = never.where(sql<SqlBool>`links.id ${beyond} ${anyId(id)}`);
    else if (!query.descending) never = never.where(sql<SqlBool>`false`);
  }
  return { clicked, never };
}
