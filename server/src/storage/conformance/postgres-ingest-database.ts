import { createHash } from 'node:crypto';
import { Pool, type PoolClient } from 'pg';
import { testDatabase } from '../../../test/servers/shared.ts';
import { migrate } from '../postgres/migrate.ts';
import { MIGRATIONS } from '../postgres/migrations/index.ts';
import { openPool } from '../postgres/pool.ts';

/** A migrated database of its own for a test of ingest, with plain SQL at hand. */
export interface IngestDatabase {
  url: string;
  pool: Pool;
  rows<T>(sql: string, values?: readonly unknown[]): Promise<T[]>;
  one<T>(sql: string, values?: readonly unknown[]): Promise<T>;
  /** The sum of a column; 0 for no rows. */
  sum(table: string, column: string, where?: string): Promise<number>;
  count(table: string, where?: string): Promise<number>;
  addLinks(links: readonly { id: number; ownerId?: number | null }[]): Promise<void>;
  /** Empties what ingest writes. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

const version = createHash('sha256').update(JSON.stringify(MIGRATIONS)).digest('hex').slice(0, 12);

export async function createIngestDatabase({ max = 12 }: { max?: number } = {}): Promise<IngestDatabase> {
  const database = await testDatabase({
    template: {
      name: `schema_${version}`,
      async build(url) {
        const pool = new Pool({ connectionString: url, max: 1 });
        await migrate(pool);
        await pool.end();
      },
    },
  });
  const { url } = database;
  const pool = openPool({ url, max, statementMs: 30_000, name: 'test' });
  const rows = async <T>(sql: string, values: readonly unknown[] = []) =>
    (await pool.query(sql, [...values])).rows as T[];
  const one = async <T>(sql: string, values?: readonly unknown[]) => (await rows<T>(sql, values))[0] as T;
  return {
    url,
    pool,
    rows,
    one,
    sum: async (table, column, where = 'true') =>
      (await one<{ n: number }>(`SELECT coalesce(sum(${column}), 0)::int8 AS n FROM ${table} WHERE ${where}`)).n,
    count: async (table, where = 'true') =>
      (await one<{ n: number }>(`SELECT count(*) AS n FROM ${table} WHERE ${where}`)).n,
    async addLinks(links) {
      for (const { id, ownerId = null } of links) {
        await pool.query(
          `INSERT INTO links (id, domain_id, code, url, owner_id, created_at, updated_at) VALUES ($1, 1, $2, $3, $4, 0, 0)`,
          [id, `code${id}`, `https://example.com/${id}`, ownerId],
        );
      }
    },
    async clear() {
      await pool.query(`TRUNCATE clicks, events, link_stats, event_counts, counters, rollup_15m, rollup_hour,
        rollup_hour_added, rollup_day, visitors_seen, ingest_edges, ingest_batches, dead_letters;
        UPDATE rollup_tiers SET days_before = 0, late_before = 0`);
    },
    async close() {
      await pool.end();
      await database.drop();
    },
  };
}

/** The process id of a connection's server, so that a test can kill it. */
export async function backendOf(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}
