import type { PoolClient } from 'pg';
import { LOCKS } from './locks.ts';

/**
 * The day before which whatever is added to hours must be added to days as well. It stands still until the caller's
 * transaction ends.
 */
export async function lateDaysBefore(client: Pick<PoolClient, 'query'>): Promise<number> {
  await client.query(`SELECT pg_advisory_xact_lock_shared(${LOCKS.dayTier})`);
  // @NOTE A statement of its own: it has to see what was committed while the lock was waited for.
  const { rows } = await client.query<{ late_before: number }>('SELECT late_before FROM rollup_tiers');
  return rows[0]?.late_before ?? 0;
}
