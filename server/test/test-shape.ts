import { startRedis } from '../src/commands/cluster/redis-server.ts';
import { migratedTemplate } from '../src/storage/conformance/postgres-harness.ts';
import { testDatabase } from './servers/shared.ts';

/** What an app of the shape under test is configured with, besides its data directory. */
export interface TestShape extends AsyncDisposable {
  readonly env: Record<string, string>;
}

/**
 * The shape under test: embedded, or with TEST_SHAPE=scaled one process of all roles on a PostgreSQL database and a Redis of
 * its own. The whole-system tests of both APIs run in both.
 */
export async function testShape(): Promise<TestShape> {
  if (process.env.TEST_SHAPE !== 'scaled') return { env: {}, [Symbol.asyncDispose]: async () => {} };
  const [database, redis] = await Promise.all([testDatabase({ template: migratedTemplate }), startRedis()]);
  return {
    env: { DATABASE_URL: database.url, REDIS_URL: redis.url },
    async [Symbol.asyncDispose]() {
      await Promise.all([database.drop(), redis[Symbol.asyncDispose]()]);
    },
  };
}
