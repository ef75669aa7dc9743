import { LIMITS } from '@waymark/contract';
import type { Kysely } from 'kysely';
import type { RowCount } from '../../links/store.ts';
import type { CounterKind } from './context.ts';
import type { Schema } from './schema.ts';

/** Rows that a bounded count looks at: one more than it may tell. */
export const COUNT_ROWS_MAX = LIMITS.countExactMax + 1;

/** An exact counter; 0 where nothing was ever counted. */
export async function counterValue(db: Kysely<Schema>, kind: CounterKind, key: string | number): Promise<RowCount> {
  const row = await db
    .selectFrom('counters')
    .select('n')
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
