import { Database } from 'bun:sqlite';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LOCK_FILE = 'lock.db';
const HOLDER_FILE = 'lock.pid';

/** A data directory that another process writes. `pid` is null where its holder is not known. */
export class DataDirInUseError extends Error {
  override readonly name = 'DataDirInUseError';

  constructor(
    readonly dir: string,
    readonly pid: number | null,
  ) {
    super(`${dir} is in use by ${pid === null ? 'another process' : `process ${pid}`}`);
  }
}

export interface DataDirLock {
  release(): void;
}

/**
 * Makes this process the only one that writes a data directory; makes the directory if it is missing.
 * Shape: an exclusive transaction on an SQLite file, so the lock ends with the process however that dies.
 * Errors: throws a DataDirInUseError while another connection, of this process too, holds it.
 * @NOTE Nothing in this process may open lock.db by other means: closing any descriptor of it drops the POSIX lock.
 */
export function lockDataDir(dir: string): DataDirLock {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const db = new Database(join(dir, LOCK_FILE), { create: true, readwrite: true });
  try {
    db.run('PRAGMA busy_timeout = 0');
    db.run('BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    if ((cause as { code?: string }).code?.startsWith('SQLITE_BUSY')) throw new DataDirInUseError(dir, holder(dir));
    throw cause;
  }
  writeFileSync(join(dir, HOLDER_FILE), `${process.pid}\n`, { mode: 0o600 });
  let held = true;
  return {
    release: () => {
      if (!held) return;
      held = false;
      rmSync(join(dir, HOLDER_FILE), { force: true });
      db.run('ROLLBACK');
      db.close();
    },
  };
}

/** Who holds a data directory now; null where nobody does. Changes nothing in a directory that was never used. */
export function dataDirHolder(dir: string): { pid: number | null } | null {
  if (!existsSync(join(dir, LOCK_FILE))) return null;
  const db = new Database(join(dir, LOCK_FILE), { readonly: true });
  try {
    db.run('PRAGMA busy_timeout = 0');
    db.query('SELECT count(*) FROM sqlite_schema').get();
    return null;
  } catch (cause) {
    if ((cause as { code?: string }).code?.startsWith('SQLITE_BUSY')) return { pid: holder(dir) };
    throw cause;
  } finally {
    db.close();
  }
}

function holder(dir: string): number | null {
  try {
    const pid = Number(readFileSync(join(dir, HOLDER_FILE), 'utf8'));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null; // The holder has the lock and is about to say who it is.
  }
}
