import { type Kysely, sql } from 'kysely';
import { asAnswer } from './errors.ts';
import type { Schema } from './schema.ts';

const SETTINGS = {
  // Compiling costs a tenth of a second before the first row, more than most questions take.
  jit: 'off',
  // What groups of a chart need, so that no statement goes to disk for them.
  work_mem: '32MB',
  // The server looks this often whether whoever asked is still there: a process that dies leaves no question behind.
  client_connection_check_interval: '1s',
};

/**
 * Runs the statements of one question over one state of the database, read only: counts that are compared with one another,
 * or taken from one another, must not be of different moments.
 * `settings` of the server are added for as long as it takes.
 * Errors: `query_timeout` where the server ends a statement; `unavailable` where it is away.
 */
export async function inSnapshot<T>(
  db: Kysely<Schema>,
  work: (tx: Kysely<Schema>) => Promise<T>,
  settings: Readonly<Record<string, string>> = {},
): Promise<T> {
  try {
    if (db.isTransaction) return await work(db);
    return await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (tx) => {
        const all = Object.entries({ ...SETTINGS, ...settings });
        await sql`SELECT ${sql.join(all.map(([name, value]) => sql`set_config(${name}, ${value}, true)`))}`.execute(tx);
        return work(tx);
      });
  } catch (error) {
    throw asAnswer(error);
  }
}
