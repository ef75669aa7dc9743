import type { Database } from 'bun:sqlite';

/**
 * Runs statements that must agree with one another over one state of the database, as when one count is taken from another.
 * @NOTE `work` must not wait for anything: other calls of the thread would read the same old state.
 */
export function inSnapshot<T>(sqlite: Database, work: () => T): T {
  if (sqlite.inTransaction) return work();
  sqlite.run('BEGIN');
  try {
    return work();
  } finally {
    sqlite.run('COMMIT');
  }
}
