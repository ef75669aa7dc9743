import { LIMITS } from '@waymark/contract';
import { type Kysely, sql } from 'kysely';
import type { RowCount } from '../../links/store.ts';
import type { CounterKind } from './counter-batch.ts';
import type { Schema } from './schema.ts';

/** Rows that a bounded count looks at: one more than it may tell. */
export const COUNT_ROWS_MAX = LIMITS.countExactMax + 1;

/** An exact counter: the sum of its shards; 0 where nothing was ever counted. */
export async function counterValue(db: Kysely<Schema>, kind: CounterKind, key: string | number): Promise<RowCount> {
  const { n } = await db
    .selectFrom('counters')
    .select(sql<number>`coalesce(sum(n), 0)`.as('n'))
    .where('kind', '=', kind)
    .where('key', '=', String(key))
    .executeTakeFirstOrThrow();
  return { value: n, exact: true };
}

/** A count that stops at LIMITS.countExactMax. */
export function capped(rows: number): RowCount {
  if (rows <= LIMITS.countExactMax) return { value: rows, exact: true };
  return { value: LIMITS.countExactMax, exact: false };
}
