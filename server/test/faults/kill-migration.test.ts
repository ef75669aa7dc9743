import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schemaVersion } from '../../src/storage/sqlite/migrate.ts';
import { MIGRATIONS } from '../../src/storage/sqlite/migrations/index.ts';
import { ROWS, slowMigrations } from './slow-migrations.ts';
import { pause } from './visitors.ts';

const CHILD = join(import.meta.dirname, 'migrate-child.ts');
const KILLS = 15;

/** Runs migrations in a process, killed after `killAfterMs` where it is given. Returns whether it came to its end. */
async function migrateIn(file: string, killAfterMs: number | null): Promise<boolean> {
  const child = spawn(process.execPath, [CHILD, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  if (killAfterMs !== null) {
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await pause(killAfterMs);
    child.kill('SIGKILL');
  } else child.stdout.resume();
  return (await ended) === 0;
}

/** Demands that a file is at one version in all its parts; returns that version. */
function expectWhole(file: string): number {
  const db = new Database(file, { readwrite: true });
  const version = schemaVersion(db);
  expect(db.query('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  const tables = (db.query(`SELECT name FROM sqlite_schema WHERE type = 'table'`).values() as [string][]).map(
    ([name]) => name,
  );
  const released = MIGRATIONS.at(-1)?.version ?? 0;
  expect(tables.includes('links')).toBe(version >= 1);
  for (const { version: each } of slowMigrations().slice(MIGRATIONS.length)) {
    const table = `slow_${each}`;
    expect({ version, table, there: tables.includes(table) }).toEqual({ version, table, there: each <= version });
    if (each > version || each <= released) continue;
    const marked = db.query(`SELECT version, count(*) FROM ${table} GROUP BY 1`).values();
    expect(marked).toEqual([[Math.min(each + 1, version), ROWS]]);
  }
  db.close();
  return version;
}

test('kill -9 during a migration leaves a whole version, and the next start goes on from there', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'waymark-migration-'));
  const latest = slowMigrations().at(-1)?.version;
  try {
    const stops = new Set<number>();
    for (let kill = 0; kill < KILLS; kill++) {
      const file = join(dir, `${kill % 5}.db`); // Each file is taken on from where the last kill left it.
      await migrateIn(file, Math.random() * 250);
      stops.add(expectWhole(file));
    }
    expect(stops.size).toBeGreaterThan(2);
    expect(await migrateIn(join(dir, '0.db'), null)).toBe(true);
    expect(expectWhole(join(dir, '0.db'))).toBe(latest ?? -1);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}, 60_000);
