import type { Kysely } from 'kysely';
import type { Pool } from 'pg';
import { type TestDatabase, testDatabase } from '../../../test/servers/shared.ts';
import type { Answer, Call } from '../../platform/thread-rpc.ts';
import { migrate } from '../postgres/migrate.ts';
import { MIGRATIONS } from '../postgres/migrations/index.ts';
import { kysely, openPool } from '../postgres/pool.ts';
import type { Schema } from '../postgres/schema.ts';

/** Connections of one test file: enough for units of work that run side by side. */
const CONNECTIONS = 8;

/** A migrated database for one test file. */
export interface PostgresHarness {
  database: TestDatabase;
  pool: Pool;
  db: Kysely<Schema>;
  /** Leaves it as a migration leaves an empty one. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

/** Every migrated test database is a copy of this one. */
export const migratedTemplate = {
  name: `waymark_${Bun.hash(JSON.stringify(MIGRATIONS)).toString(36)}`,
  async build(url: string) {
    const pool = openPool({ url, max: 1, statementMs: 60_000, name: 'template' });
    await migrate(pool);
    await pool.end();
  },
};

export async function createPostgresHarness(): Promise<PostgresHarness> {
  const database = await testDatabase({ template: migratedTemplate });
  const pool = openPool({ url: database.url, max: CONNECTIONS, statementMs: 30_000, name: 'test' });
  const statement = await emptyingStatement(pool);
  return {
    database,
    pool,
    db: kysely(pool),
    empty: async () => void (await pool.query(statement)),
    async close() {
      await pool.end();
      await database.drop();
    },
  };
}

/** Deletes rows, which on small tables is much cheaper than TRUNCATE. */
async function emptyingStatement(pool: Pool): Promise<string> {
  const tables = await pool.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'
       AND tablename NOT IN ('schema_migrations', 'installation', 'rollup_tiers')`,
  );
  const sequences = await pool.query<{ name: string }>(
    `SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public'`,
  );
  return [
    'BEGIN',
    'SET LOCAL session_replication_role = replica', // No trigger sees it.
    ...tables.rows.map(({ name }) => `DELETE FROM ${name}`),
    'DELETE FROM rollup_tiers',
    'INSERT INTO rollup_tiers DEFAULT VALUES',
    ...sequences.rows.map(({ name }) => `SELECT setval('${name}', 1, false)`),
    'COMMIT',
  ].join(';');
}

/** A typed view of one service of whatever runs calls, as a thread's client gives it. */
export function serviceOf<T extends object>(name: string, run: (call: Call) => Promise<Answer>, context?: unknown): T {
  return new Proxy({} as T, {
    get: (_, method) =>
      typeof method === 'string' && method !== 'then'
        ? async (...args: unknown[]) =>
            (await run({ id: 0, service: name, method, args, ...(context !== undefined && { context }) })).value
        : undefined,
  });
}
