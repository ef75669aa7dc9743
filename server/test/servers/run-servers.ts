import { installCommand, missingServers } from '../../src/commands/cluster/installed.ts';
import { startPostgres } from '../../src/commands/cluster/postgres-server.ts';
import { startRedis } from '../../src/commands/cluster/redis-server.ts';

// One PostgreSQL and one Redis for a run of tests: prints their addresses as one line of JSON, and stops them when its
// standard input ends, which it does with whoever started it, however that dies.
const missing = missingServers(['postgres', 'redis']);
if (missing.length > 0) {
  console.error(`The tests need real servers: ${installCommand(missing)}`);
  process.exit(1);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {}); // The end of standard input decides.
const [postgres, redis] = await Promise.all([startPostgres({ sharedBuffers: '256MB' }), startRedis()]);
console.log(JSON.stringify({ TEST_DATABASE_URL: postgres.url, TEST_REDIS_URL: redis.url }));
for await (const _ of process.stdin);
await Promise.all([postgres[Symbol.asyncDispose](), redis[Symbol.asyncDispose]()]);
process.exit(0);
