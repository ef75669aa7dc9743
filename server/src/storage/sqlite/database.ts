import { Database } from 'bun:sqlite';
import { Kysely } from 'kysely';
import { BunSqliteDialect } from './kysely-dialect.ts';
import type { Schema } from './schema.ts';

export const DATABASE_FILE = 'waymark.db';

/** Milliseconds a connection waits for a lock. There is one writer, so a wait at all means a foreign process. */
const BUSY_TIMEOUT_MS = 5000;

/** The one read-write connection of a data directory; it lives in the writer thread. */
export function openForWriting(file: string): Database {
  const db = new Database(file, { create: true, readwrite: true, strict: true });
  db.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  // Of a new file only. Larger than the default: ingest changes many pages a little, and each page costs two system calls.
  db.run('PRAGMA page_size = 8192');
  db.run('PRAGMA journal_mode = WAL');
  db.run('PRAGMA synchronous = FULL');
  db.run('PRAGMA secure_delete = FAST');
  db.run('PRAGMA cache_size = -32768');
  db.run('PRAGMA wal_autocheckpoint = 5000');
  db.run('PRAGMA journal_size_limit = 67108864');
  return db;
}

/**
 * Keeps what statements need to be undone by themselves in memory: it goes to a file otherwise, page by page, which costs ingest
 * as much as the write-ahead log. @NOTE Sorting is held in memory as well: not for statements over whole tables.
 */
export function keepUndoInMemory(db: Database): void {
  db.run('PRAGMA temp_store = MEMORY');
}

/** How often the last checkpoint is tried, 10 ms apart. */
const CHECKPOINT_TRIES = 100;

/**
 * Closes the writer's connection and leaves the database in one file.
 * @NOTE A checkpoint that can't have its lock says so in its row and waits for nobody; a reader that is just closing holds it for a moment.
 */
export function closeWriting(db: Database): void {
  const checkpoint = db.query<{ busy: number }, []>('PRAGMA wal_checkpoint(TRUNCATE)');
  for (let tries = 0; tries < CHECKPOINT_TRIES && checkpoint.get()?.busy === 1; tries++) Bun.sleepSync(10);
  db.close();
}

/**
 * A read-only connection. It never checkpoints and never writes.
 * Units: `cacheKib` in KiB; `mappedBytes` of the file are read through a mapping, without a system call for each page.
 */
export function openForReading(file: string, cacheKib = 16_384, mappedBytes = 0): Database {
  const db = new Database(file, { readonly: true, strict: true });
  db.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  db.run('PRAGMA query_only = ON');
  db.run(`PRAGMA cache_size = -${cacheKib}`);
  db.run(`PRAGMA mmap_size = ${mappedBytes}`);
  return db;
}

export function kysely(db: Database): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new BunSqliteDialect(db) });
}
