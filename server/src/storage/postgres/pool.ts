import { Kysely, PostgresDialect } from 'kysely';
import { Pool, type PoolConfig, types } from 'pg';
import type { Schema } from './schema.ts';

const INT8 = 20;
const NUMERIC = 1700;
/** How long a caller waits for a free connection, and a connection for its server. */
const CONNECT_MS = 3000;
/** A transaction in which nothing happens is a client that hangs; others wait for what it holds. */
const IDLE_IN_TRANSACTION_MS = 10_000;
const LOCK_MS = 10_000;

export interface PoolOptions {
  url: string;
  /** Connections at most. */
  max: number;
  /** Longest run of one statement. */
  statementMs: number;
  /** Shown by pg_stat_activity. */
  name: string;
}

/**
 * Connections to PostgreSQL, made when they are needed. Every number arrives as a number: ids, times and counts stay below 2^53.
 * Errors: a statement that runs too long is ended by the server itself.
 */
export function openPool({ url, max, statementMs, name }: PoolOptions): Pool {
  const config: PoolConfig = {
    connectionString: url,
    max,
    application_name: name,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: statementMs,
    lock_timeout: LOCK_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    types: {
      getTypeParser: (type, format) =>
        type === INT8 || type === NUMERIC ? Number : types.getTypeParser(type, format as 'text'),
    },
  };
  const pool = new Pool(config);
  // A connection that breaks while nobody uses it is replaced at the next use. One that breaks in use fails its statement
  // too; its own event would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => void client.on('error', () => {}));
  return pool;
}

/** @NOTE The pool belongs to whoever opened it: destroying the Kysely would end it. */
export function kysely(pool: Pool): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
}
