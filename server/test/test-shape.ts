import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import { startRedis } from '../src/commands/cluster/redis-server.ts';
import { migratedTemplate } from '../src/storage/conformance/postgres-harness.ts';
import { openPool } from '../src/storage/postgres/pool.ts';
import { testDatabase } from './servers/shared.ts';

/** Whether the whole-system tests run on PostgreSQL and Redis. */
export const IS_SCALED = process.env.TEST_SHAPE === 'scaled';

/** What an app of the shape under test is configured with, besides its data directory. */
export interface TestShape extends AsyncDisposable {
  readonly env: Record<string, string>;
  /** Asks its database, whichever that is. */
  rows(sql: string): Promise<Record<string, unknown>[]>;
}

/**
 * The shape under test: embedded, or with TEST_SHAPE=scaled one process of all roles on a PostgreSQL database and a Redis of
 * its own. The whole-system tests of both APIs run in both.
 */
export function testShape(dataDir: string): Promise<TestShape> {
  return IS_SCALED ? scaledShape() : Promise.resolve(embeddedShape(dataDir));
}

function embeddedShape(dataDir: string): TestShape {
  return {
    env: {},
    async rows(sql) {
      using db = new Database(join(dataDir, 'waymark.db'), { readonly: true });
      return db.query<Record<string, unknown>, []>(sql).all();
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

async function scaledShape(): Promise<TestShape> {
  const [database, redis] = await Promise.all([testDatabase({ template: migratedTemplate }), startRedis()]);
  const pool = openPool({ url: database.url, max: 1, statementMs: 10_000, name: 'test' });
  return {
    env: { DATABASE_URL: database.url, REDIS_URL: redis.url },
    rows: async (sql) => (await pool.query<Record<string, unknown>>(sql)).rows,
    async [Symbol.asyncDispose]() {
      await pool.end();
      await Promise.all([database.drop(), redis[Symbol.asyncDispose]()]);
    },
  };
}
