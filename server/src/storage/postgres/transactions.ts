import type { Kysely, Transaction } from 'kysely';
import { asAnswer, isRepeatable } from './errors.ts';
import type { Schema } from './schema.ts';

/** Runs of one unit of work before its failure is told. */
const RUNS_MAX = 5;

/**
 * Runs `work` in one transaction and commits it before it answers. A deadlock or a serialization failure runs it anew,
 * which is safe as nothing of the first run was kept; anything else does not.
 * Errors: those of `work`; `unavailable` when the database is away, also where it is not known whether the commit arrived.
 */
export async function inTransaction<T>(db: Kysely<Schema>, work: (tx: Transaction<Schema>) => Promise<T>): Promise<T> {
  for (let run = 1; ; run++) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (!isRepeatable(error) || run >= RUNS_MAX) throw asAnswer(error);
      // Rivals that met once are to meet at different times.
      await new Promise((resume) => setTimeout(resume, Math.random() * 20 * run));
    }
  }
}
