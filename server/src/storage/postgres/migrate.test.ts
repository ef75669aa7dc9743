import { afterAll, expect, test } from 'bun:test';
import type { Pool } from 'pg';
import { type TestDatabase, testDatabase } from '../../../test/servers/shared.ts';
import { migrate, schemaVersion } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { openPool } from './pool.ts';

const latest = MIGRATIONS.length;
const opened: { pool: Pool; database: TestDatabase }[] = [];

async function empty(): Promise<Pool> {
  const database = await testDatabase();
  const pool = openPool({ url: database.url, max: 6, statementMs: 30_000, name: 'test' });
  opened.push({ pool, database });
  return pool;
}

afterAll(async () => {
  for (const { pool, database } of opened) {
    await pool.end();
    await database.drop();
  }
});

/** Everything that a schema is made of, by name. */
async function shapeOf(pool: Pool): Promise<unknown> {
  const { rows } = await pool.query(`
    SELECT 'column ' || table_name || '.' || column_name AS name, data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') || ' ' || coalesce(collation_name, '') AS is
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'trigger ' || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'function ' || proname, prosrc FROM pg_proc JOIN pg_language l ON l.oid = prolang WHERE pronamespace = 'public'::regnamespace AND lanname = 'plpgsql'
    ORDER BY 1, 2`);
  return rows;
}

const addColumn = {
  version: latest + 1,
  name: 'one-more',
  sql: 'ALTER TABLE links ADD COLUMN one_more integer; ALTER TABLE users ADD COLUMN one_more integer',
};

test('versions are numbered without a gap', () => {
  expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
});

test('an empty database comes to the latest version, and again nothing happens', async () => {
  const pool = await empty();
  expect(await migrate(pool)).toEqual({ from: 0, to: latest });
  expect(await migrate(pool)).toEqual({ from: latest, to: latest });
  expect((await pool.query('SELECT feed_epoch FROM installation')).rows).toEqual([{ feed_epoch: expect.any(String) }]);
});

test.each(MIGRATIONS.map(({ version }) => version))(
  'a database at version %i comes forward with its data',
  async (version) => {
    const pool = await empty();
    await migrate(pool, MIGRATIONS.slice(0, version));
    expect(await schemaVersion(pool as never)).toBe(version);
    await pool.query(
      `INSERT INTO links (domain_id, code, url, created_at, updated_at) VALUES (1, 'kept', 'https://a.example', 1, 1)`,
    );
    expect(await migrate(pool)).toEqual({ from: version, to: latest });
    expect((await pool.query('SELECT code FROM links')).rows).toEqual([{ code: 'kept' }]);
    const fresh = await empty();
    await migrate(fresh);
    expect(await shapeOf(pool)).toEqual(await shapeOf(fresh));
  },
);

test('of servers that start at once one migrates, and all go on with the same schema', async () => {
  const pool = await empty();
  const results = await Promise.all(Array.from({ length: 4 }, () => migrate(pool)));
  expect(results.map(({ from }) => from).toSorted()).toEqual([0, latest, latest, latest]);
  const { rows } = await pool.query('SELECT version FROM schema_migrations');
  expect(rows.length).toBe(latest);
});

test('a database of a newer program is left alone', async () => {
  const pool = await empty();
  await migrate(pool, [...MIGRATIONS, addColumn]);
  await expect(migrate(pool)).rejects.toThrow('start a newer Waymark');
  expect(await migrate(pool, [...MIGRATIONS, addColumn])).toEqual({ from: latest + 1, to: latest + 1 });
});

test('a migration that fails leaves the version before it, whole', async () => {
  const pool = await empty();
  await migrate(pool);
  const broken = { ...addColumn, sql: `${addColumn.sql}; SELECT 1 / 0` };
  await expect(migrate(pool, [...MIGRATIONS, broken])).rejects.toThrow('division by zero');
  expect(await migrate(pool)).toEqual({ from: latest, to: latest });
  await expect(pool.query('SELECT one_more FROM links')).rejects.toThrow('does not exist');
});

test('a migration that waits for a long reader lets others read, and ends when it can', async () => {
  const pool = await empty();
  await migrate(pool);
  const longReader = await pool.connect();
  await longReader.query('BEGIN; SELECT count(*) FROM links');
  let isDone = false;
  const migrated = migrate(pool, [...MIGRATIONS, addColumn]).finally(() => {
    isDone = true;
  });
  const waits = async () =>
    (await pool.query(`SELECT 1 FROM pg_locks WHERE relation = 'links'::regclass AND NOT granted`)).rows.length > 0;
  while (!(await waits()));
  // It queues behind the migration, which steps aside.
  await pool.query('SELECT count(*) FROM links');
  expect(isDone).toBe(false);
  await longReader.query('COMMIT');
  longReader.release();
  expect(await migrated).toEqual({ from: latest, to: latest + 1 });
}, 20_000);
