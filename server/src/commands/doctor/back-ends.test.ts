import { expect, test } from 'bun:test';
import { testDatabase, testRedis } from '../../../test/servers/shared.ts';
import { loadConfig } from '../../config/load-config.ts';
import { isScaledOut } from '../postgres/with-pool.ts';
import { checkPostgres, postgresChecks } from './postgres.ts';
import { checkRedis, redisChecks } from './redis.ts';

function scaled(DATABASE_URL: string, REDIS_URL: string) {
  const config = loadConfig({ DATABASE_URL, REDIS_URL });
  if (!isScaledOut(config)) throw new Error('not scaled out');
  return config;
}
const statuses = (checks: readonly { name: string; status: string }[]) =>
  checks.map(({ name, status }) => `${name} ${status}`);

test('servers that are as they should be are found so', async () => {
  await using database = await testDatabase();
  const config = scaled(database.url, (await testRedis()).url);
  expect(statuses(await checkPostgres(config))).toEqual([
    'PostgreSQL ok',
    'schema ok',
    'clocks ok',
    expect.stringMatching(/^connections (ok|warn)$/),
  ]);
  expect((await checkRedis(config))[0]).toMatchObject({ name: 'Redis', status: 'ok' });
});

test('servers that do not answer fail, with what to look at', async () => {
  const config = scaled('postgres://u:secret@127.0.0.1:1/x', 'redis://127.0.0.1:1');
  const checks = [...(await checkPostgres(config)), ...(await checkRedis(config))];
  expect(statuses(checks)).toEqual(['PostgreSQL fail', 'Redis fail']);
  expect(JSON.stringify(checks)).not.toContain('secret');
});

test('what is not as it should be is told', () => {
  const facts = {
    version: '14.9',
    schema: 9,
    known: 1,
    mayMakeExtension: true,
    clockAheadMs: -61_000,
    connections: 90,
    connectionsMax: 100,
  };
  expect(statuses(postgresChecks(facts, 'db/x', 20))).toEqual([
    'PostgreSQL fail',
    'schema fail',
    'clocks warn',
    'connections warn',
  ]);
  const empty = { ...facts, schema: 0, mayMakeExtension: false };
  expect(postgresChecks(empty, 'db/x', 20)[1]?.advice).toContain('CREATE EXTENSION btree_gist');
  expect(statuses(redisChecks({ version: '6.2.1', policy: 'allkeys-lru' }))).toEqual([
    'Redis warn',
    'Redis memory warn',
  ]);
});
