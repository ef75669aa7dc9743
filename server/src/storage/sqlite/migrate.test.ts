import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { migrate, schemaVersion } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';

const tables = (db: Database) =>
  db.query<{ sql: string }, []>('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name').all();

function fresh(): Database {
  const db = new Database(':memory:', { strict: true });
  migrate(db);
  return db;
}

const LATEST = MIGRATIONS.at(-1)?.version ?? 0;

test('versions ascend', () => {
  const versions = MIGRATIONS.map(({ version }) => version);
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  expect(versions[0]).toBe(1);
});

test.each(MIGRATIONS.map(({ version }) => version))(
  'a database at version %i comes forward with its data',
  (version) => {
    const db = new Database(':memory:', { strict: true });
    migrate(
      db,
      MIGRATIONS.filter((one) => one.version <= version),
    );
    expect(schemaVersion(db)).toBe(version);
    db.run(
      `INSERT INTO links (domain_id, code, url, created_at, updated_at) VALUES (1, 'kept', 'https://a.example', 1, 1)`,
    );
    expect(migrate(db)).toEqual({ from: version, to: LATEST });
    expect(db.query('SELECT code FROM links').all()).toEqual([{ code: 'kept' }]);
    expect(tables(db)).toEqual(tables(fresh()));
    expect(migrate(db)).toEqual({ from: LATEST, to: LATEST });
  },
);

test('a database of a newer program is left alone', () => {
  const db = new Database(':memory:', { strict: true });
  migrate(db);
  db.run(`PRAGMA user_version = ${LATEST + 1}`);
  expect(() => migrate(db)).toThrow('start a newer Waymark');
});
