import { type SqlBool, sql } from 'kysely';
import type { LinkFilter, LinkPageQuery, LinkQueries, LinkSort, LinkWithCounts, RowCount } from '../../links/store.ts';
import type { ReadContext } from './context.ts';
import { COUNT_ROWS_MAX, capped, counterValue } from './counting.ts';
import { anyId, isOneOf } from './ids.ts';
import { linkConditions } from './link-conditions.ts';
import { type LinkIds, linkIdsByClicks } from './links-by-clicks.ts';
import { type LinkRow, selectLinks, toLink } from './rows.ts';

const SORT_COLUMNS = {
  id: 'links.id',
  createdAt: 'links.created_at',
  updatedAt: 'links.updated_at',
  code: 'links.code',
} as const satisfies Record<Exclude<LinkSort, 'clicks'>, string>;

/** Reads of links. */
export class PostgresLinkQueries implements LinkQueries {
  constructor(private readonly ctx: ReadContext) {}

  async get(id: number): Promise<LinkWithCounts | null> {
    const row = await selectLinks(this.ctx.db)
      .where('links.id', '=', anyId(id))
      .where('links.deleted_at', 'is', null)
      .executeTakeFirst();
    return row ? toLink(row) : null;
  }

  async getEvenDeleted(id: number): Promise<LinkWithCounts | null> {
    const row = await selectLinks(this.ctx.db).where('links.id', '=', anyId(id)).executeTakeFirst();
    return row ? toLink(row) : null;
  }

  async getByCode(domainId: number, code: string): Promise<LinkWithCounts | null> {
    const row = await selectLinks(this.ctx.db)
      .where('links.domain_id', '=', domainId)
      .where('links.code', '=', code)
      .where('links.deleted_at', 'is', null)
      .executeTakeFirst();
    return row ? toLink(row) : null;
  }

  async list(query: LinkPageQuery): Promise<LinkWithCounts[]> {
    if (!(await this.ownerExists(query.filter))) return [];
    const rows =
      query.sort === 'clicks' ? await this.listByClicks(query) : await linkPage(this.ctx, query, query.sort).execute();
    return rows.map(toLink);
  }

  async count(filter: LinkFilter): Promise<RowCount> {
    if (!(await this.ownerExists(filter))) return { value: 0, exact: true };
    const keys = Object.entries(filter).filter(([key, value]) => value !== undefined && !(key === 'deleted' && !value));
    if (keys.length === 0) return counterValue(this.ctx.db, 'links', '');
    if (keys.length === 1 && filter.ownerId !== undefined) {
      return counterValue(this.ctx.db, 'links_by_owner', filter.ownerId);
    }
    const found = this.ctx.db
      .selectFrom('links')
      .select('links.id')
      .where(linkConditions(filter, this.ctx.now()))
      .limit(COUNT_ROWS_MAX);
    const row = await this.ctx.db
      .selectFrom(found.as('found'))
      .select(sql<number>`count(*)`.as('n'))
      .executeTakeFirstOrThrow();
    return capped(row.n);
  }

  async taken(domainId: number, codes: readonly string[]): Promise<string[]> {
    const rows = await this.ctx.db
      .selectFrom('links')
      .select('code')
      .where('domain_id', '=', domainId)
      .where(sql<SqlBool>`code = any(${[...codes]}::text[])`)
      .execute();
    return rows.map((row) => row.code);
  }

  /** Links by clicks: those that have any come in the order of their totals' index, all others by id, so no page sorts. */
  private async listByClicks(query: LinkPageQuery): Promise<LinkRow[]> {
    const { clicked, never } = linkIdsByClicks(this.ctx, query);
    const [first, second] = query.descending ? [clicked, never] : [never, clicked];
    const offset = query.offset ?? 0;
    const ids = await first.limit(query.limit).offset(offset).execute();
    if (ids.length < query.limit) {
      const passed = ids.length > 0 || offset === 0 ? offset : await this.countOf(first);
      const rest = second.limit(query.limit - ids.length).offset(Math.max(0, offset - passed));
      ids.push(...(await rest.execute()));
    }
    const found = ids.map(({ id }) => id);
    const rows = await selectLinks(this.ctx.db).where(isOneOf('links.id', found)).execute();
    const byId = new Map(rows.map((row) => [row.id, row]));
    return found.flatMap((id) => byId.get(id) ?? []);
  }

  private async countOf(ids: LinkIds): Promise<number> {
    const row = await this.ctx.db
      .selectFrom(ids.clearOrderBy().as('ids'))
      .select(sql<number>`count(*)`.as('n'))
      .executeTakeFirstOrThrow();
    return row.n;
  }

  /** False where the filter names an owner who is not there (any more): such a one has no links. */
  private async ownerExists(filter: LinkFilter): Promise<boolean> {
    if (filter.ownerId === undefined) return true;
    const row = await this.ctx.db
      .selectFrom('users')
      .select('id')
      .where('id', '=', anyId(filter.ownerId))
      .executeTakeFirst();
    return row !== undefined;
  }
}

/** One page of links in the order of a column's index. */
export function linkPage(ctx: ReadContext, query: LinkPageQuery, sort: Exclude<LinkSort, 'clicks'>) {
  const direction = query.descending ? 'desc' : 'asc';
  let page = selectLinks(ctx.db)
    .where(linkConditions(query.filter, ctx.now()))
    .orderBy(SORT_COLUMNS[sort], direction)
    .limit(query.limit);
  if (query.after) {
    const { value, id } = query.after;
    const beyond = sql.raw(query.descending ? '<' : '>');
    const after =
      sort === 'id'
        ? sql<SqlBool>`links.id ${beyond} ${anyId(id)}`
        : sql<SqlBool>`(${sql.ref(SORT_COLUMNS[sort])}, links.id) ${beyond} (${value}, ${anyId(id)})`;
    page = page.where(after);
  }
  if (sort !== 'id') page = page.orderBy('links.id', direction);
  return query.offset ? page.offset(query.offset) : page;
}
