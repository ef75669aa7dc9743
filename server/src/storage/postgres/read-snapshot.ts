import { type Kysely, sql } from 'kysely';
import { asAnswer } from './errors.ts';
import type { Schema } from './schema.ts';

/** Memory of one sort or hash table: what groups of a chart need, so that no statement goes to disk for it. */
const WORK_MEM = '32MB';

/** How often the server looks whether whoever asked is still there, so that a process that dies leaves no question behind. */
const CLIENT_CHECK = '1s';

/**
 * Runs the statements of one question over one state of the database, read only: counts that are compared with one another,
 * or taken from one another, must not be of different moments.
 * Compiling to machine code is off: it costs a tenth of a second before the first row, more than most questions take.
 * Errors: `query_timeout` where the server ends a statement; `unavailable` where it is away.
 */
export async function inSnapshot<T>(db: Kysely<Schema>, work: (tx: Kysely<Schema>) => Promise<T>): Promise<T> {
  try {
    if (db.isTransaction) return await work(db);
    return await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (tx) => {
        await sql`SELECT set_config('jit', 'off', true), set_config('work_mem', ${WORK_MEM}, true),
          set_config('client_connection_check_interval', ${CLIENT_CHECK}, true)`.execute(tx);
        return work(tx);
      });
  } catch (error) {
    throw asAnswer(error);
  }
}
