import type { Pool } from 'pg';

/** Rows that make an empty database usable. */
const KEPT = ['schema_migrations', 'installation', 'rollup_tiers'];

/**
 * Deletes every row in one transaction, and begins the change feed anew, so that every replica empties itself too. Ids go on
 * from where they are: a click that still lies in some outbox finds no link of its id.
 */
export async function emptyDatabase(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ name: string }>(
      `SELECT quote_ident(relname) AS name FROM pg_class
       WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
         AND NOT relname = ANY ($1)`,
      [KEPT],
    );
    await client.query(`TRUNCATE ${rows.map(({ name }) => name).join(', ')}`);
    await client.query('UPDATE rollup_tiers SET days_before = 0');
    await client.query(
      `UPDATE installation SET feed_epoch = replace(gen_random_uuid()::text, '-', ''), feed_floor = 0`,
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

/** Names of edges that have reported within the last few seconds, and so are running. */
export async function runningEdges(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT name FROM edges WHERE NOT stopped AND seen_at > clock_timestamp() - interval '5 seconds' ORDER BY name`,
  );
  return rows.map(({ name }) => name);
}
