import { Database } from 'bun:sqlite';
import { rmSync } from 'node:fs';
import { APPLICATION_ID, FORMAT, SCHEMA } from './replica-schema.ts';

export const REPLICA_FILE = 'replica.db';

const CACHE_KIB = 32_768;
const BUSY_TIMEOUT_MS = 5000;
/** Pages of the log after which the writer copies it into the file: 32 MiB. */
const CHECKPOINT_PAGES = 4096;

const DAMAGE = /^SQLITE_(CORRUPT|NOTADB)/;

/** Whether the file itself is broken, so that only making it anew helps. */
export function isDamage(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && DAMAGE.test(code);
}

/**
 * The one read-write connection to a replica. A file that is damaged, of another format or no replica at all is thrown
 * away: everything in it is in the database too. `discarded` says that this happened.
 * @NOTE synchronous NORMAL: a loss of power may cost the last changes with the cursor that tells of them, never one without the other.
 */
export function openReplica(file: string): { sqlite: Database; discarded: boolean } {
  const found = tryOpen(file);
  if (found) return { sqlite: found, discarded: false };
  removeReplica(file);
  const made = tryOpen(file);
  if (!made) throw new Error(`${file} can't be made`);
  return { sqlite: made, discarded: true };
}

export function removeReplica(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
}

/** Null for a file that is no replica of this format. Errors: throws what has nothing to do with the file's content. */
function tryOpen(file: string): Database | null {
  const sqlite = new Database(file, { create: true, readwrite: true, strict: true });
  try {
    sqlite.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    sqlite.run('PRAGMA page_size = 8192');
    sqlite.run('PRAGMA journal_mode = WAL');
    sqlite.run('PRAGMA synchronous = NORMAL');
    sqlite.run(`PRAGMA cache_size = -${CACHE_KIB}`);
    sqlite.run(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    sqlite.run('PRAGMA journal_size_limit = 67108864');
    if (isEmpty(sqlite)) {
      sqlite.transaction(() => {
        sqlite.run(SCHEMA);
        sqlite.run(`PRAGMA application_id = ${APPLICATION_ID}`);
        sqlite.run(`PRAGMA user_version = ${FORMAT}`);
      })();
      return sqlite;
    }
    if (pragma(sqlite, 'application_id') === APPLICATION_ID && pragma(sqlite, 'user_version') === FORMAT) return sqlite;
  } catch (error) {
    sqlite.close();
    if (isDamage(error)) return null;
    throw error;
  }
  sqlite.close();
  return null;
}

function isEmpty(sqlite: Database): boolean {
  return sqlite.query('SELECT 1 FROM sqlite_schema LIMIT 1').get() === null;
}

function pragma(sqlite: Database, name: 'application_id' | 'user_version'): number {
  return (sqlite.query(`PRAGMA ${name}`).get() as Record<string, number>)[name] ?? 0;
}
