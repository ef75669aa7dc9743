import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

/**
 * From when on every recorded click has its row, a sampled log aside; -Infinity where retention has never removed any.
 * Units: epoch ms UTC.
 */
export async function rowsRetainedSince(db: Kysely<Schema>): Promise<number> {
  const row = await db.selectFrom('click_retention').select('rows_since').executeTakeFirst();
  return row?.rows_since ?? Number.NEGATIVE_INFINITY;
}

/**
 * Notes that rows of clicks before `since` may be gone. Call it in the transaction that removes them, before it does.
 * An earlier time than the one noted changes nothing.
 */
export async function noteRowsRemoved(db: Kysely<Schema>, since: number): Promise<void> {
  await sql`
    INSERT INTO click_retention AS known (rows_since) VALUES (${since}::bigint)
    ON CONFLICT (id) DO UPDATE SET rows_since = greatest(known.rows_since, excluded.rows_since)`.execute(db);
}
