import { type SqlBool, sql } from 'kysely';
import { asciiLower } from '../../accounts/names.ts';
import type { User, UserFilter, UserQueries } from '../../accounts/user.ts';
import type { RowCount } from '../../links/store.ts';
import { toUser } from '../to-domain.ts';
import type { ReadContext } from './context.ts';
import { COUNT_ROWS_MAX, capped, counterValue } from './counting.ts';
import { anyId } from './ids.ts';

/** Reads of users. E-mail is sought in any case. */
export class PostgresUserQueries implements UserQueries {
  constructor(private readonly ctx: ReadContext) {}

  async get(id: number): Promise<User | null> {
    const row = await this.ctx.db
      .selectFrom('users')
      .select(['id', 'username', 'email', 'created_at'])
      .where('id', '=', anyId(id))
      .executeTakeFirst();
    return row ? toUser(row) : null;
  }

  async list(filter: UserFilter, limit: number, offset: number): Promise<User[]> {
    const rows = await usersLike(this.ctx, filter)
      .select(['id', 'username', 'email', 'created_at'])
      .orderBy('id')
      .limit(limit)
      .offset(offset)
      .execute();
    return rows.map(toUser);
  }

  async count(filter: UserFilter): Promise<RowCount> {
    if (filter.username === undefined && filter.email === undefined) return counterValue(this.ctx.db, 'users', '');
    const row = await this.ctx.db
      .selectFrom(usersLike(this.ctx, filter).select('id').limit(COUNT_ROWS_MAX).as('found'))
      .select(sql<number>`count(*)`.as('n'))
      .executeTakeFirstOrThrow();
    return capped(row.n);
  }
}

/** Users of a filter, in no order. */
export function usersLike(ctx: ReadContext, filter: UserFilter) {
  let users = ctx.db.selectFrom('users');
  if (filter.username !== undefined) users = users.where('username', '=', filter.username);
  if (filter.email !== undefined) users = users.where(hasEmail(filter.email));
  return users;
}

/** As the index on e-mail is built. */
export function hasEmail(email: string) {
  return sql<SqlBool>`lower(email collate "C") = ${asciiLower(email)}`;
}
