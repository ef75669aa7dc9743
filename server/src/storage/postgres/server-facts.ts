import type { Pool } from 'pg';
import { schemaVersion } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';

/** What an operator's look at the server finds. */
export interface ServerFacts {
  version: string;
  /** Schema version of the database, 0 for an empty one; and the one that this program knows. */
  schema: number;
  known: number;
  /** Whether btree_gist is there, or this user may make it. */
  mayMakeExtension: boolean;
  /** By how much the server's clock is ahead of this machine's; negative: behind. Within the time of a round trip. */
  clockAheadMs: number;
  connections: number;
  connectionsMax: number;
}

/** Errors: rejects where the server can't be asked. */
export async function readServerFacts(pool: Pool): Promise<ServerFacts> {
  const before = Date.now();
  const { rows } = await pool.query<Omit<ServerFacts, 'schema' | 'known' | 'clockAheadMs'> & { now: number }>(
    `SELECT current_setting('server_version') AS version,
       (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now,
       EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'btree_gist')
         OR (EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'btree_gist')
             AND has_database_privilege(current_database(), 'CREATE')) AS "mayMakeExtension",
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::int AS connections,
       current_setting('max_connections')::int AS "connectionsMax"`,
  );
  const [row] = rows;
  if (!row) throw new Error('the server said nothing');
  const { now, ...facts } = row;
  return {
    ...facts,
    schema: await schemaVersion(pool),
    known: MIGRATIONS.at(-1)?.version ?? 0,
    clockAheadMs: Math.round(now - (before + Date.now()) / 2),
  };
}
