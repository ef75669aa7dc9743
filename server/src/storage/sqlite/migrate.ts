import type { Database } from 'bun:sqlite';
import { MIGRATIONS, type Migration } from './migrations/index.ts';

/** The schema version a database file is at; 0 for an empty one. */
export function schemaVersion(db: Database): number {
  return (db.query('PRAGMA user_version').get() as { user_version: number }).user_version;
}

/**
 * Brings the schema forward, each migration in a transaction of its own, so that death at any moment leaves a whole version.
 * Errors: throws when the file is newer than this program; nothing is changed then.
 */
export function migrate(db: Database, migrations: readonly Migration[] = MIGRATIONS): { from: number; to: number } {
  const from = schemaVersion(db);
  const latest = migrations.at(-1)?.version ?? 0;
  if (from > latest) {
    throw new Error(`the database is at schema version ${from}, this program knows ${latest}: start a newer Waymark`);
  }
  for (const migration of migrations) {
    if (migration.version <= from) continue;
    db.transaction(() => {
      db.run(migration.sql);
      db.run(`PRAGMA user_version = ${migration.version}`);
    }).immediate();
  }
  return { from, to: latest };
}
