import type { Pool } from 'pg';
import { migrate } from '../../src/storage/postgres/migrate.ts';
import { MIGRATIONS } from '../../src/storage/postgres/migrations/index.ts';
import { openPool } from '../../src/storage/postgres/pool.ts';
import { type Ask, createAsk } from '../../src/storage/postgres/questions.ts';
import { testDatabase } from './shared.ts';

/** A database of this test's own with the present schema, and connections to it. */
export interface MigratedDatabase extends AsyncDisposable {
  url: string;
  pool: Pool;
  ask: Ask;
}

/** Another schema is another template: a server may outlive a change of the migrations. */
const SCHEMA = Bun.hash(MIGRATIONS.map(({ sql }) => sql).join()).toString(36);

export async function migratedDatabase(max = 20): Promise<MigratedDatabase> {
  const database = await testDatabase({ template: { name: `migrated_${SCHEMA}`, build: migrateAt } });
  const pool = openPool({ url: database.url, max, statementMs: 30_000, name: 'test' });
  return {
    url: database.url,
    pool,
    ask: createAsk(pool, 10_000),
    async [Symbol.asyncDispose]() {
      await pool.end();
      await database.drop();
    },
  };
}

async function migrateAt(url: string): Promise<void> {
  const pool = openPool({ url, max: 1, statementMs: 30_000, name: 'test' });
  await migrate(pool);
  await pool.end();
}

/** Inserts a link as a command would. Returns its id. */
export async function insertLink(pool: Pick<Pool, 'query'>, code: string, url = `https://example.com/${code}`) {
  const { rows } = await pool.query<{ id: number }>(
    'INSERT INTO links (domain_id, code, url, created_at, updated_at) VALUES (1, $1, $2, 1, 1) RETURNING id',
    [code, url],
  );
  return rows[0]?.id ?? 0;
}
