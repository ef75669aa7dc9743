import type { Pool, PoolClient } from 'pg';
import { asAnswer, isRepeatable } from './errors.ts';

/** Runs of one unit of work before its failure is told. */
const RUNS_MAX = 5;

/**
 * `inTransaction` for work that speaks to the driver itself. `begin`: the statements that begin it.
 * Errors: those of `work`; `unavailable` when the database is away, also where it is not known whether the commit arrived.
 */
export async function onOneConnection<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  begin = 'BEGIN',
): Promise<T> {
  for (let run = 1; ; run++) {
    try {
      return await once(pool, work, begin);
    } catch (error) {
      if (!isRepeatable(error) || run >= RUNS_MAX) throw asAnswer(error);
      // Rivals that met once are to meet at different times.
      await new Promise((resume) => setTimeout(resume, Math.random() * 20 * run));
    }
  }
}

async function once<T>(pool: Pool, work: (client: PoolClient) => Promise<T>, begin: string): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(begin);
    const value = await work(client);
    await client.query('COMMIT');
    return value;
  } catch (error) {
    await client.query('ROLLBACK').catch((reason: Error) => {
      broken = reason;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
