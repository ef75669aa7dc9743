import type { Kysely } from 'kysely';
import { isOneOf } from './ids.ts';
import type { Schema } from './schema.ts';

/**
 * Those of the links that are live. All of them stay as they are until the transaction ends: whoever writes what is counted
 * by a link's being live, or not, holds it so; whoever changes a link locks its row FOR NO KEY UPDATE and waits for them.
 * @NOTE Rows are locked in ascending order of id, links after users, so that transactions do not wait in a circle.
 */
export async function holdLinks(db: Kysely<Schema>, ids: readonly number[]): Promise<Set<number>> {
  if (ids.length === 0) return new Set();
  const rows = await db
    .selectFrom('links')
    .select(['id', 'deleted_at'])
    .where(isOneOf('id', ids))
    .orderBy('id')
    .forShare()
    .execute();
  return new Set(rows.filter(({ deleted_at }) => deleted_at === null).map(({ id }) => id));
}

/** Those of the users who are there, which they stay until the transaction ends. */
export async function holdUsers(db: Kysely<Schema>, ids: readonly number[]): Promise<Set<number>> {
  if (ids.length === 0) return new Set();
  const rows = await db
    .selectFrom('users')
    .select('id')
    .where(isOneOf('id', ids))
    .orderBy('id')
    .forKeyShare()
    .execute();
  return new Set(rows.map(({ id }) => id));
}
