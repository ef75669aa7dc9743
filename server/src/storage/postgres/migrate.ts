import type { Pool, PoolClient } from 'pg';
import { LOCKS } from './locks.ts';
import { MIGRATIONS, type Migration } from './migrations/index.ts';

/** How long a migration waits for a lock on a table before it lets waiting readers pass and tries again. */
const LOCK_WAIT = '2s';
const TRIES_MAX = 30;
const LOCK_NOT_AVAILABLE = '55P03';

/** The schema version a database is at; 0 for an empty one. */
export async function schemaVersion(client: Pick<PoolClient, 'query'>): Promise<number> {
  const { rows } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('schema_migrations') IS NOT NULL AS there`,
  );
  if (!rows[0]?.there) return 0;
  const versions = await client.query<{ version: number }>(
    'SELECT coalesce(max(version), 0)::int AS version FROM schema_migrations',
  );
  return versions.rows[0]?.version ?? 0;
}

/**
 * Brings the schema forward, each migration in a transaction of its own. Servers that start at once take turns: all but the
 * first find nothing left to do. A migration that can't have a table's lock at once steps back, so that readers queue behind
 * it for two seconds at most.
 * Errors: throws when the database is newer than this program; nothing is changed then.
 */
export async function migrate(
  pool: Pool,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<{ from: number; to: number }> {
  const client = await pool.connect();
  try {
    await client.query(`SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock(${LOCKS.migration})`);
    const from = await schemaVersion(client);
    const latest = migrations.at(-1)?.version ?? 0;
    if (from > latest) {
      throw new Error(`the database is at schema version ${from}, this program knows ${latest}: start a newer Waymark`);
    }
    await client.query(`CREATE TABLE IF NOT EXISTS schema_migrations
      (version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())`);
    for (const migration of migrations) if (migration.version > from) await apply(client, migration);
    return { from, to: latest };
  } finally {
    // The session goes with its lock and its settings.
    client.release(true);
  }
}

async function apply(client: PoolClient, { version, name, sql }: Migration): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await client.query(`BEGIN; SET LOCAL lock_timeout = '${LOCK_WAIT}'`);
      await client.query(sql);
      await client.query('INSERT INTO schema_migrations (version, name) VALUES ($1, $2)', [version, name]);
      await client.query('COMMIT');
      return;
    } catch (error) {
      await client.query('ROLLBACK');
      if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE || tries >= TRIES_MAX) throw error;
    }
  }
}
