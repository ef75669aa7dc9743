import type { Pool } from 'pg';
import type { Config, ScaledOutStorage } from '../../config/config.ts';
import { openPool } from '../../storage/postgres/pool.ts';
import { reason } from '../command.ts';

const CONNECTIONS = 2;

/** The configuration of an installation on PostgreSQL. */
export type ScaledOutConfig = Config & { readonly storage: ScaledOutStorage };

export function isScaledOut(config: Config): config is ScaledOutConfig {
  return config.storage.kind === 'postgres';
}

/**
 * Runs what a command does on PostgreSQL, each statement for as long as it takes.
 * Shape: an error becomes `{ failed }`, one sentence.
 */
export async function withPool<T>(
  config: ScaledOutConfig,
  work: (pool: Pool) => Promise<T>,
): Promise<{ done: T } | { failed: string }> {
  const pool = openPool({ url: config.storage.databaseUrl, max: CONNECTIONS, statementMs: 0, name: 'waymark command' });
  try {
    return { done: await work(pool) };
  } catch (error) {
    return { failed: `PostgreSQL: ${reason(error) || (error as { code?: string }).code}` };
  } finally {
    await pool.end();
  }
}

/** The database's address as it may be shown: without credentials. */
export function shownDatabase({ storage }: ScaledOutConfig): string {
  const { host, pathname } = new URL(storage.databaseUrl);
  return `${host}${pathname}`;
}
