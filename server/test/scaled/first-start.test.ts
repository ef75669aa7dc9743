import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/commands/cluster/free-port.ts';
import { type RedisServer, startRedis } from '../../src/commands/cluster/redis-server.ts';
import { type Role, WaymarkProcess } from '../../src/commands/cluster/waymark-process.ts';
import { testDatabase } from '../servers/shared.ts';
import { spawnTestApp } from '../start-app.ts';

const AWAY = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', REDIS_URL: 'redis://127.0.0.1:1' };

describe('servers that start at once on an empty database', () => {
  let redis: RedisServer;
  let dir: string;
  beforeAll(async () => {
    redis = await startRedis();
    dir = mkdtempSync(join(tmpdir(), 'waymark-first-'));
  });
  afterAll(async () => {
    await redis[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  });

  for (const round of [1, 2, 3]) {
    test(`are all ready, and each knows what another made (${round})`, async () => {
      await using database = await testDatabase();
      const env = { DATABASE_URL: database.url, REDIS_URL: redis.url, CLASSIC_API: 'open' };
      await using started = new AsyncDisposableStack();
      const create = async (role: Role, n: number) => {
        const name = `${role}-${round}-${n}`;
        return started.use(
          new WaymarkProcess({ name, roles: [role], port: await freePort(), dir: join(dir, name), env }),
        );
      };
      const apis = [await create('api', 1), await create('api', 2)];
      const all = [...apis, await create('worker', 1), await create('worker', 2), await create('edge', 1)];
      await Promise.all(all.map((waymark) => waymark.start()));
      for (const [i, { url }] of apis.entries()) {
        const made = await fetch(`${url}/urls`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ original_url: 'https://example.com/', short_code: `made-${i}` }),
        });
        expect(made.status).toBe(201);
      }
      const edge = all.at(-1)?.url;
      for (const code of ['made-0', 'made-1'])
        expect((await fetch(`${edge}/${code}`, { method: 'HEAD', redirect: 'manual' })).status).toBe(302);
      expect(await database.psql('SELECT count(*) FROM installation')).toBe('1');
    }, 60_000);
  }
});

describe('a process that lacks what its roles need', () => {
  for (const [what, env, named] of [
    ['roles apart without a database', { ROLES: 'api' }, 'DATABASE_URL, which is not set'],
    ['an edge without either', { ROLES: 'edge' }, 'DATABASE_URL, which is not set'],
    ['a worker without Redis', { ROLES: 'worker', DATABASE_URL: AWAY.DATABASE_URL }, 'REDIS_URL is not set'],
    ['Redis without a database', { REDIS_URL: AWAY.REDIS_URL }, 'DATABASE_URL is not set'],
    ['too few connections', { ...AWAY, DB_MAX_CONNECTIONS: '1' }, 'DB_MAX_CONNECTIONS is 1'],
    ['an unknown role', { ...AWAY, ROLES: 'edge,cook' }, 'ROLES'],
  ] as const) {
    test(`${what}: ends with 78 and names the setting`, async () => {
      const dataDir = mkdtempSync(join(tmpdir(), 'waymark-refused-'));
      const app = spawnTestApp({ dataDir, env: { ...env } });
      expect(await app.exited).toEqual({ code: 78, signal: null });
      expect(app.log.join('\n')).toContain(named);
      rmSync(dataDir, { recursive: true });
    }, 20_000);
  }
});
