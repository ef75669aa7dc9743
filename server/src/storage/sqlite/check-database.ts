import { existsSync } from 'node:fs';
import { quickCheck } from './copy-database.ts';
import { openForReading } from './database.ts';
import { schemaVersion } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';

export interface DatabaseReport {
  schema: number;
  /** The schema version of this program. */
  known: number;
  /** The first thing that SQLite finds wrong with the file; null: sound. */
  problem: string | null;
}

/** Looks a database file over, also while it is in use. Null where there is none. Errors: throws for what is no database. */
export function checkDatabase(file: string): DatabaseReport | null {
  if (!existsSync(file)) return null;
  const db = openForReading(file);
  try {
    return { schema: schemaVersion(db), known: MIGRATIONS.at(-1)?.version ?? 0, problem: quickCheck(db) };
  } finally {
    db.close();
  }
}
