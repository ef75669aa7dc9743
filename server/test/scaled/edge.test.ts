import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { cpSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RedisServer, startRedis } from '../../src/commands/cluster/redis-server.ts';
import { until } from '../../src/commands/cluster/until.ts';
import { PostgresIngestStore } from '../../src/storage/postgres/ingest-store.ts';
import { RedisClickConsumer } from '../../src/storage/redis/redis-click-consumer.ts';
import { RedisConnection } from '../../src/storage/redis/redis-connection.ts';
import { insertLink, type MigratedDatabase, migratedDatabase } from '../servers/migrated-database.ts';
import { TcpProxy } from '../servers/tcp-proxy.ts';
import { openTestEdge, type TestEdge } from './test-edge.ts';

let database: MigratedDatabase;
let redis: RedisServer;
let postgresProxy: TcpProxy;
let redisProxy: TcpProxy;
beforeAll(async () => {
  [database, redis] = await Promise.all([migratedDatabase(), startRedis()]);
  postgresProxy = new TcpProxy(Number(new URL(database.url).port));
  redisProxy = new TcpProxy(redis.port);
});
const directories: string[] = [];
afterAll(async () => {
  for (const dir of directories) rmSync(dir, { recursive: true, force: true });
  for (const each of [postgresProxy, redisProxy, redis, database]) await each[Symbol.asyncDispose]();
});

function directory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'waymark-edge-'));
  directories.push(dir);
  return dir;
}

const urls = () => ({ databaseUrl: postgresProxy.urlFor(database.url), redisUrl: redisProxy.urlFor(redis.url) });
const clicksOf = async (linkId: number): Promise<number> => {
  const { rows } = await database.pool.query('SELECT clicks FROM link_stats WHERE link_id = $1', [linkId]);
  return rows[0]?.clicks ?? 0;
};
const counted = (linkId: number, clicks: number) =>
  until(async () => (await clicksOf(linkId)) === clicks, { what: `${clicks} clicks` });
const following = (edge: TestEdge) =>
  until(() => edge.follower.status.state === 'following' && edge.follower.status.inTouch, {
    what: 'an edge that follows',
  });

/** A worker, until its scope ends. */
function work(): AsyncDisposable {
  const connection = new RedisConnection({ url: redis.url, name: 'worker' });
  const consumer = new RedisClickConsumer(connection, { name: crypto.randomUUID() });
  const store = new PostgresIngestStore(database.pool, { now: Date.now, sampleRate: 1 });
  let stopping = false;
  const running = (async () => {
    await connection.ready(5000);
    while (!stopping) {
      const entries = await consumer.read(20, 50);
      if (entries.length === 0) continue;
      await store.ingestAll(entries.map(({ batch }) => batch));
      await consumer.done(entries);
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      stopping = true;
      await running;
      connection.close();
    },
  };
}

describe('an edge of its own', () => {
  test('follows, finds a link that it does not know, and delivers each click once by way of a worker', async () => {
    await using edge = await openTestEdge(urls());
    const id = await insertLink(database.pool, 'one');
    expect(await edge.edge.unknown.lookup(1, 'one')).toMatchObject({ id });
    expect(edge.edge.replica.find(1, 'one')?.id).toBe(id as never);
    expect(await edge.edge.unknown.lookup(1, 'none')).toBeNull();
    await following(edge);
    await database.pool.query("UPDATE links SET active = false, version = version + 1 WHERE code = 'one'");
    await until(() => edge.edge.replica.find(1, 'one')?.active === false, { what: 'the change' });

    await using _ = work();
    for (let n = 0; n < 1500; n++) edge.click(id);
    expect(await edge.sealer.settle(1500, 10_000)).toBe(true);
    expect(await clicksOf(id)).toBe(1500);
    const { rows } = await database.pool.query('SELECT * FROM edges WHERE edge_id = $1', [edge.outbox.edgeId]);
    await until(
      async () => {
        const { rows } = await database.pool.query('SELECT accepted_seq FROM edges WHERE edge_id = $1', [
          edge.outbox.edgeId,
        ]);
        return rows[0]?.accepted_seq === 1500;
      },
      { what: 'a report' },
    );
    expect(rows[0]).toMatchObject({ stopped: false });
  }, 30_000);

  test('delivers straight into the database while Redis is away, and again by way of it later', async () => {
    await using edge = await openTestEdge(urls());
    const id = await insertLink(database.pool, 'two');
    redisProxy.cut();
    for (let n = 0; n < 700; n++) edge.click(id);
    await counted(id, 700);
    redisProxy.heal();
    await using _ = work();
    for (let n = 0; n < 700; n++) edge.click(id);
    await counted(id, 1400);
    expect(await edge.sealer.settle(edge.outbox.lastSeq, 10_000)).toBe(true);
  }, 30_000);

  test('loses nothing when Redis loses everything', async () => {
    await using edge = await openTestEdge(urls());
    const id = await insertLink(database.pool, 'three');
    for (let n = 0; n < 900; n++) edge.click(id);
    await until(async () => Number(await redis.command('DBSIZE')) > 0, { what: 'a batch in the stream' });
    await redis.command('FLUSHALL');
    for (let n = 0; n < 100; n++) edge.click(id);
    await using _ = work();
    await counted(id, 1000);
    expect(await edge.sealer.settle(1000, 10_000)).toBe(true);
  }, 30_000);

  test('starts without the database from what is on its disk, under a fresh id, and delivers all when it is back', async () => {
    const dataDir = directory();
    const id = await insertLink(database.pool, 'four');
    let former: string;
    {
      await using edge = await openTestEdge({ ...urls(), dataDir });
      await until(() => edge.edge.replica.find(1, 'four') !== null, { what: 'a snapshot' });
      former = edge.outbox.edgeId;
      redisProxy.cut();
      postgresProxy.cut();
      for (let n = 0; n < 50; n++) edge.click(id);
    }
    await using edge = await openTestEdge({ ...urls(), dataDir });
    expect(edge.startedInMs).toBeLessThan(5000);
    expect(edge.outbox.edgeId).not.toBe(former);
    expect(edge.edge.replica.find(1, 'four')?.id).toBe(id as never);
    expect(await edge.edge.unknown.lookup(1, 'nobody-knows')).toBe('unavailable');
    for (let n = 0; n < 25; n++) edge.click(id);
    postgresProxy.heal();
    redisProxy.heal();
    await using _ = work();
    await counted(id, 75);
    await until(async () => (await edge.edge.unknown.lookup(1, 'nobody-knows')) === null, { what: 'look-ups' });
    const { rows } = await database.pool.query('SELECT edge_id, watermark FROM ingest_edges WHERE edge_id = ANY($1)', [
      [former, edge.outbox.edgeId],
    ]);
    expect(rows.map(({ watermark }) => watermark).sort()).toEqual([25, 50]);
  }, 40_000);

  test('starts without waiting for a database that takes connections and says nothing', async () => {
    postgresProxy.stall();
    redisProxy.stall();
    {
      await using edge = await openTestEdge(urls());
      expect(edge.startedInMs).toBeLessThan(5000);
      expect(await edge.edge.unknown.lookup(1, 'a')).toBe('unavailable');
      edge.click(1);
    }
    postgresProxy.heal();
    redisProxy.heal();
  }, 30_000);

  test('whose disk was cloned takes a fresh id and raises an alarm, and every click counts once', async () => {
    const dataDir = directory();
    const copy = directory();
    const id = await insertLink(database.pool, 'five');
    await using _ = work();
    await using original = await openTestEdge({ ...urls(), dataDir });
    redisProxy.cut();
    postgresProxy.cut();
    for (let n = 0; n < 40; n++) original.click(id);
    await until(() => original.sealer.status.sealedSeq === 40, { what: 'a sealed batch' });
    cpSync(join(dataDir, 'outbox'), join(copy, 'outbox'), { recursive: true });
    // The clone of a whole disk has its inodes too, so by itself it can't tell that it is one.
    const identity = join(copy, 'outbox', 'edge.json');
    const { dev, ino } = statSync(identity, { bigint: true });
    writeFileSync(identity, JSON.stringify({ edgeId: original.outbox.edgeId, inode: `${dev}:${ino}` }));
    postgresProxy.heal();
    redisProxy.heal();
    await following(original);
    await using clone = await openTestEdge({ ...urls(), dataDir: copy });
    expect(clone.outbox.edgeId).not.toBe(original.outbox.edgeId);
    for (let n = 0; n < 10; n++) {
      original.click(id);
      clone.click(id);
    }
    await counted(id, 60);
    await until(() => clone.warned.some((words) => words.includes('one is a copy')), { what: 'an alarm' });
    expect(await original.sealer.settle(original.outbox.lastSeq, 10_000)).toBe(true);
    expect(await clicksOf(id)).toBe(60);
  }, 40_000);

  test('goes on under a fresh id when its own has passed to another process', async () => {
    await using edge = await openTestEdge(urls());
    const id = await insertLink(database.pool, 'six');
    await using _ = work();
    for (let n = 0; n < 30; n++) edge.click(id);
    const former = edge.outbox.edgeId;
    await counted(id, 30);
    await database.pool.query(
      "UPDATE edges SET boot_id = 'another', lease_until = clock_timestamp() + interval '10 s' WHERE edge_id = $1",
      [former],
    );
    await until(
      () => {
        edge.click(id);
        return edge.outbox.edgeId !== former;
      },
      { what: 'a fresh id' },
    );
    for (let n = 0; n < 5; n++) edge.click(id);
    expect(await edge.sealer.settle(edge.outbox.lastSeq, 10_000)).toBe(true);
    expect(edge.outbox.lastSeq).toBeLessThan(30);
    const { rows } = await database.pool.query('SELECT 1 FROM edges WHERE edge_id = $1', [edge.outbox.edgeId]);
    expect(rows).toHaveLength(1);
  }, 30_000);
});
