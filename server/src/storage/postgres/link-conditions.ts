import { type Expression, type SqlBool, sql } from 'kysely';
import type { LinkFilter } from '../../links/store.ts';
import { anyId, isOneOf } from './ids.ts';

/** What a filter asks of a row of `links`, all of it together. */
export function linkConditions(filter: LinkFilter, now: number): Expression<SqlBool> {
  const conditions = [
    filter.deleted ? sql<SqlBool>`links.deleted_at is not null` : sql<SqlBool>`links.deleted_at is null`,
  ];
  if (filter.ownerId !== undefined) conditions.push(sql`links.owner_id = ${anyId(filter.ownerId)}`);
  if (filter.active !== undefined) conditions.push(sql`links.active = ${filter.active}`);
  if (filter.expired === true) conditions.push(sql`links.expires_at <= ${now}`);
  if (filter.expired === false) conditions.push(sql`(links.expires_at is null or links.expires_at > ${now})`);
  if (filter.code !== undefined) conditions.push(sql`links.code = ${filter.code}`);
  if (filter.title !== undefined) conditions.push(sql`links.title = ${filter.title}`);
  if (filter.ids !== undefined) conditions.push(isOneOf('links.id', filter.ids));
  if (filter.search !== undefined) {
    const sought = `%${filter.search.replace(/[\\%_]/g, '\\$&')}%`;
    // The collation lets ILIKE pass over the case of A to Z alone, whatever the database's locale.
    conditions.push(
      sql`(links.code ilike ${sought} or links.url collate "C" ilike ${sought} or links.title collate "C" ilike ${sought})`,
    );
  }
  return sql.join(conditions, sql` and `) as Expression<SqlBool>;
}
