import { describe, expect, test } from 'bun:test';
import { testDatabase, testRedis } from './shared.ts';

describe('a test database', () => {
  test('is empty and nobody else sees what is in it', async () => {
    await using one = await testDatabase();
    await using other = await testDatabase();
    await one.psql('CREATE TABLE t (n int)');
    expect(await one.psql("SELECT to_regclass('t')")).toBe('t');
    expect(await other.psql("SELECT to_regclass('t')")).toBe('');
  });

  test('starts from a template that is built once', async () => {
    let built = 0;
    const template = {
      name: `t${Date.now()}`,
      build: async (url: string) => {
        built++;
        const { psql } = await import('../../src/commands/cluster/postgres-server.ts');
        await psql(url, 'CREATE TABLE t AS SELECT 7 AS n');
      },
    };
    await using one = await testDatabase({ template });
    await using two = await testDatabase({ template });
    expect([await one.psql('SELECT n FROM t'), await two.psql('SELECT n FROM t'), built]).toEqual(['7', '7', 1]);
  });
});

test('a test has its own part of Redis, and drops no other', async () => {
  const one = await testRedis();
  await using other = await testRedis();
  expect(one.url).toBe(other.url);
  const client = new Bun.RedisClient(one.url);
  await client.set(`${one.keyPrefix}a`, '1');
  await client.set(`${other.keyPrefix}a`, '2');
  await one.drop();
  expect([await client.get(`${one.keyPrefix}a`), await client.get(`${other.keyPrefix}a`)]).toEqual([null, '2']);
  client.close();
});
