import { Database } from 'bun:sqlite';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { openForReading } from './database.ts';
import { schemaVersion } from './migrate.ts';

const CHUNK_BYTES = 1024 * 1024;

/**
 * Copies a database that may be in use, as of one moment and without visitor salts, so that no copy can tell who a visitor was.
 * Shape: `to` is not there before. Units: bytes.
 * Errors: throws when the copy is not sound or still holds a salt; the caller removes it.
 */
export function copyDatabase(from: string, to: string): { bytes: number; schema: number } {
  const source = openForReading(from);
  try {
    source.run('PRAGMA query_only = OFF'); // Only so that VACUUM INTO may write the other file: the connection stays read-only.
    source.run('VACUUM INTO ?', [to]);
  } finally {
    source.close();
  }
  const copy = new Database(to, { readwrite: true, strict: true });
  let salts: string[];
  let schema: number;
  try {
    schema = schemaVersion(copy);
    copy.run('PRAGMA journal_mode = MEMORY');
    copy.run('PRAGMA secure_delete = ON');
    salts = copy
      .query<{ salt: string }, []>('SELECT salt FROM visitor_salts')
      .all()
      .map(({ salt }) => salt);
    copy.run('DELETE FROM visitor_salts');
    const problem = quickCheck(copy);
    if (problem !== null) throw new Error(`the copy is not sound: ${problem}`);
  } finally {
    copy.close();
  }
  if (holdsAny(to, salts)) throw new Error('the copy still holds a visitor salt');
  return { bytes: statSync(to).size, schema };
}

/** The first thing that SQLite finds wrong with a file, or null. */
export function quickCheck(db: Database): string | null {
  const row = db.query<{ quick_check: string }, []>('PRAGMA quick_check(1)').get();
  return row === null || row.quick_check === 'ok' ? null : row.quick_check;
}

/** Whether any of these texts stands anywhere in a file, in pages that are free too. */
function holdsAny(path: string, texts: readonly string[]): boolean {
  if (texts.length === 0) return false;
  const overlap = Math.max(...texts.map(({ length }) => length));
  const chunk = Buffer.alloc(CHUNK_BYTES + overlap);
  const fd = openSync(path, 'r');
  try {
    for (let offset = 0; ; offset += CHUNK_BYTES) {
      const read = readSync(fd, chunk, 0, chunk.length, offset);
      if (read === 0) return false;
      const part = chunk.subarray(0, read);
      if (texts.some((text) => part.includes(text, 0, 'latin1'))) return true;
    }
  } finally {
    closeSync(fd);
  }
}
