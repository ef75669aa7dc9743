import { type Expression, type SqlBool, sql } from 'kysely';
import type { LinkFilter, LinkPageQuery, LinkQueries, LinkSort, LinkWithCounts, RowCount } from '../../links/store.ts';
import type { ReadContext } from './context.ts';
import { COUNT_ROWS_MAX, capped, counterValue } from './counting.ts';
import { type LinkRow, selectLinks, toLink } from './rows.ts';

const SORT_COLUMNS = {
  id: 'links.id',
  createdAt: 'links.created_at',
  updatedAt: 'links.updated_at',
  code: 'links.code',
} as const satisfies Record<Exclude<LinkSort, 'clicks'>, string>;

/** Reads of links on one read-only connection. */
export class SqliteLinkQueries implements LinkQueries {
  constructor(private readonly ctx: ReadContext) {}

  async get(id: number): Promise<LinkWithCounts | null> {
    const row = await selectLinks(this.ctx.db)
      .where('links.id', '=', id)
      .where('links.deleted_at', 'is', null)
      .executeTakeFirst();
    return row ? toLink(row) : null;
  }

  async getEvenDeleted(id: number): Promise<LinkWithCounts | null> {
    const row = await selectLinks(this.ctx.db).where('links.id', '=', id).executeTakeFirst();
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
    const rows = query.sort === 'clicks' ? await this.listByClicks(query) : await this.listByColumn(query, query.sort);
    return rows.map(toLink);
  }

  async count(filter: LinkFilter): Promise<RowCount> {
    if (!(await this.ownerExists(filter))) return { value: 0, exact: true };
    const keys = Object.entries(filter).filter(([key, value]) => value !== undefined && !(key === 'deleted' && !value));
    if (keys.length === 0) return counterValue(this.ctx.db, 'links', '');
    if (keys.length === 1 && filter.ownerId !== undefined) {
      return counterValue(this.ctx.db, 'links_by_owner', filter.ownerId);
    }
    const row = await this.ctx.db
      .selectFrom(
        this.ctx.db
          .selectFrom('links')
          .select('links.id')
          .where(sql.join(linkConditions(filter, this.ctx.now()), sql` and `) as Expression<SqlBool>)
          .limit(COUNT_ROWS_MAX)
          .as('found'),
      )
      .select(sql<number>`count(*)`.as('n'))
      .executeTakeFirstOrThrow();
    return capped(row.n);
  }

  async taken(domainId: number, codes: readonly string[]): Promise<string[]> {
    const rows = await this.ctx.db
      .selectFrom('links')
      .select('code')
      .where('domain_id', '=', domainId)
      .where(sql<SqlBool>`code in (select value from json_each(${JSON.stringify(codes)}))`)
      .execute();
    return rows.map((row) => row.code);
  }

  private async listByColumn(query: LinkPageQuery, sort: Exclude<LinkSort, 'clicks'>): Promise<LinkRow[]> {
    const direction = query.descending ? 'desc' : 'asc';
    const conditions = linkConditions(query.filter, this.ctx.now());
    if (query.after) {
      const { value, id } = query.after;
      const beyond = sql.raw(query.descending ? '<' : '>');
      conditions.push(
        sort === 'id'
          ? sql`links.id ${beyond} ${id}`
          : sql`(${sql.ref(SORT_COLUMNS[sort])}, links.id) ${beyond} (${value}, ${id})`,
      );
    }
    let page = selectLinks(this.ctx.db)
      .where(sql.join(conditions, sql` and `) as Expression<SqlBool>)
      .orderBy(SORT_COLUMNS[sort], direction)
      .limit(query.limit);
    if (sort !== 'id') page = page.orderBy('links.id', direction);
    if (query.offset) page = page.offset(query.offset);
    return page.execute();
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
    const rows = await selectLinks(this.ctx.db)
      .where(sql<SqlBool>`links.id in (select value from json_each(${JSON.stringify(ids.map((row) => row.id))}))`)
      .execute();
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap(({ id }) => byId.get(id) ?? []);
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
    const row = await this.ctx.db.selectFrom('users').select('id').where('id', '=', filter.ownerId).executeTakeFirst();
    return row !== undefined;
  }
}

type LinkIds = ReturnType<typeof linkIdsByClicks>['clicked'];

/** Ids of links that have clicks, and of those that have none, each beyond the page's cursor and in its order. */
export function linkIdsByClicks(ctx: ReadContext, query: Pick<LinkPageQuery, 'filter' | 'descending' | 'after'>) {
  const direction = query.descending ? 'desc' : 'asc';
  const beyond = sql.raw(query.descending ? '<' : '>');
  const where = sql.join(linkConditions(query.filter, ctx.now()), sql` and `) as Expression<SqlBool>;
  let clicked = ctx.db
    .selectFrom('link_stats')
    .innerJoin('links', 'links.id', 'link_stats.link_id')
    .select('links.id as id')
    .where('link_stats.clicks', '>', 0)
    .where(where)
    .orderBy('link_stats.clicks', direction)
    .orderBy('link_stats.link_id', direction);
  let never = ctx.db
    .selectFrom('links')
    .select('links.id as id')
    .where(sql<SqlBool>`not exists (select 1 from link_stats where link_stats.link_id = links.id and clicks > 0)`)
    .where(where)
    .orderBy('links.id', direction);
  if (query.after) {
    const { value, id } = query.after;
    clicked = clicked.where(sql<SqlBool>`(link_stats.clicks, link_stats.link_id) ${beyond} (${Number(value)}, ${id})`);
    never = never.where(sql<SqlBool>`(0, links.id) ${beyond} (${Number(value)}, ${id})`);
  }
  return { clicked, never };
}

function linkConditions(filter: LinkFilter, now: number) {
  const conditions = [
    filter.deleted ? sql<SqlBool>`links.deleted_at is not null` : sql<SqlBool>`links.deleted_at is null`,
  ];
  if (filter.ownerId !== undefined) conditions.push(sql`links.owner_id = ${filter.ownerId}`);
  if (filter.active !== undefined) conditions.push(sql`links.active = ${filter.active ? 1 : 0}`);
  if (filter.expired === true) conditions.push(sql`links.expires_at <= ${now}`);
  if (filter.expired === false) conditions.push(sql`(links.expires_at is null or links.expires_at > ${now})`);
  if (filter.code !== undefined) conditions.push(sql`links.code = ${filter.code}`);
  if (filter.title !== undefined) conditions.push(sql`links.title = ${filter.title}`);
  if (filter.ids !== undefined) {
    conditions.push(sql`links.id in (select value from json_each(${JSON.stringify(filter.ids)}))`);
  }
  if (filter.search !== undefined) {
    const sought = filter.search.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
    conditions.push(
      sql`(instr(lower(links.code), ${sought}) or instr(lower(links.url), ${sought}) or instr(lower(ifnull(links.title, '')), ${sought}))`,
    );
  }
  return conditions;
}
