import { LIMITS } from '@waymark/contract';
import { type Kysely, sql } from 'kysely';
import type { RowCount } from '../../links/store.ts';
import type { Schema } from './schema.ts';

export type CounterKind = 'users' | 'links' | 'links_by_owner' | 'events' | 'events_by_user' | 'events_by_type';

/** Rows that a bounded count looks at: one more than it may tell. */
export const COUNT_ROWS_MAX = LIMITS.countExactMax + 1;

/** An exact counter, all its shards together; 0 where nothing was ever counted. */
export async function counterValue(db: Kysely<Schema>, kind: CounterKind, key: string | number): Promise<RowCount> {
  const row = await db
    .selectFrom('counters')
    .select(sql<number>`coalesce(sum(n), 0)`.as('n'))
    .where('kind', '=', kind)
    .where('key', '=', String(key))
    .executeTakeFirst();
  return { value: row?.n ?? 0, exact: true };
}

/** A count that stops at LIMITS.countExactMax. */
export function capped(rows: number): RowCount {
  if (rows <= LIMITS.countExactMax) return { value: rows, exact: true };
  return { value: LIMITS.countExactMax, exact: false };
}
