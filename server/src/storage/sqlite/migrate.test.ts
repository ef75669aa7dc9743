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

test('versions are numbered without a gap', () => {
  expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
});

test.each(MIGRATIONS.map(({ version }) => version))(
  'a database at version %i comes forward with its data',
  (version) => {
    const db = new Database(':memory:', { strict: true });
    migrate(db, MIGRATIONS.slice(0, version));
    expect(schemaVersion(db)).toBe(version);
    db.run(
      `INSERT INTO links (domain_id, code, url, created_at, updated_at) VALUES (1, 'kept', 'https://a.example', 1, 1)`,
    );
    expect(migrate(db)).toEqual({ from: version, to: MIGRATIONS.length });
    expect(db.query('SELECT code FROM links').all()).toEqual([{ code: 'kept' }]);
    expect(tables(db)).toEqual(tables(fresh()));
    expect(migrate(db)).toEqual({ from: MIGRATIONS.length, to: MIGRATIONS.length });
  },
);

test('a database of a newer program is left alone', () => {
  const db = new Database(':memory:', { strict: true });
  migrate(db);
  db.run(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
  expect(() => migrate(db)).toThrow('start a newer Waymark');
});
