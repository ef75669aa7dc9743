import { Database } from 'bun:sqlite';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_DOMAIN_ID } from '../../src/links/link.ts';
import { DATABASE_FILE, openForWriting } from '../../src/storage/sqlite/database.ts';
import { migrate } from '../../src/storage/sqlite/migrate.ts';

/** Codes of the links in a seeded directory; each leads to https://example.com/{code}. */
export const CODES = ['popular', 'steady1', 'steady2', 'seldom1', 'seldom2', 'rarely1'] as const;

/** Rates of very different size, as real links have. */
export const SHARES: Readonly<Record<string, number>> = {
  popular: 60,
  steady1: 15,
  steady2: 15,
  seldom1: 5,
  seldom2: 4,
  rarely1: 1,
};

/** A new data directory with the links of CODES in it. */
export function seededDataDir(under = tmpdir()): string {
  const dir = mkdtempSync(join(under, 'waymark-faults-'));
  seedLinks(dir);
  return dir;
}

/** Adds the links of CODES to a directory that no server holds. */
export function seedLinks(dir: string): void {
  mkdirSync(dir, { recursive: true });
  const db = openForWriting(join(dir, DATABASE_FILE));
  migrate(db);
  const insert = db.prepare(
    'INSERT INTO links (domain_id, code, url, active, created_at, updated_at) VALUES (?, ?, ?, 1, ?, ?)',
  );
  const at = Date.now();
  for (const code of CODES) insert.run(DEFAULT_DOMAIN_ID, code, `https://example.com/${code}`, at, at);
  db.run(`INSERT INTO counters (kind, key, n) VALUES ('links', '', ?)`, [CODES.length]);
  db.close();
}

export function removeDataDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}

/** The database of a directory, to read. */
export function openDatabase(dir: string): Database {
  return new Database(join(dir, DATABASE_FILE), { readonly: true, strict: true });
}
