import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PoolClient } from 'pg';
import type { ChangeFeed } from '../../src/links/change-feed.ts';
import { FollowerLoop, ReplicaFollower } from '../../src/links/replica-follower.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { PostgresChangeFeed } from '../../src/storage/postgres/change-feed.ts';
import { openReplica } from '../../src/storage/replica/open-replica.ts';
import { ReplicaFile } from '../../src/storage/replica/replica-file.ts';
import { insertLink, type MigratedDatabase, migratedDatabase } from '../servers/migrated-database.ts';

const WRITERS = Number(process.env.TEST_FEED_WRITERS ?? 16);
const TRANSACTIONS = Number(process.env.TEST_FEED_TRANSACTIONS ?? 60);
const HOT = Array.from({ length: 12 }, (_, i) => `hot${i}`);

const chance = (share: number) => Math.random() < share;
const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;
const pause = (msMax: number) => Bun.sleep(Math.random() * msMax);

/** What a transaction does to one code that others change too. A row's lock is held until its end. */
const ON_HOT = [
  'UPDATE links SET url = url || $2, url_version = url_version + 1, version = version + 1 WHERE code = $1',
  'UPDATE links SET active = NOT active, version = version + 1 WHERE code = $1 AND $2 <> $1',
  'UPDATE links SET deleted_at = 1, version = version + 1 WHERE code = $1 AND deleted_at IS NULL AND $2 <> $1',
  'UPDATE links SET deleted_at = NULL, version = version + 1 WHERE code = $1 AND deleted_at IS NOT NULL AND $2 <> $1',
  `INSERT INTO links (domain_id, code, url, created_at, updated_at) VALUES (1, $1, 'https://example.com/' || $2, 1, 1)
     ON CONFLICT DO NOTHING`,
  'DELETE FROM links WHERE code = $1 AND deleted_at IS NOT NULL AND $2 <> $1',
];

async function transaction(client: PoolClient, name: string, hot: readonly string[], holdMs: number): Promise<void> {
  await client.query('BEGIN');
  try {
    if (chance(0.5)) await insertLink(client, name);
    // In one order, so that two of them wait for each other at most in one direction.
    for (const code of [...hot].sort()) {
      await client.query(pick(ON_HOT), [code, name]);
      await pause(holdMs);
    }
    await client.query(chance(0.2) ? 'ROLLBACK' : 'COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    if ((error as { code?: string }).code !== '40P01') throw error;
  }
}

/** One writer: short transactions, some of them held open for a while, over the same links as everybody's. */
async function write(database: MigratedDatabase, writer: number): Promise<void> {
  const client = await database.pool.connect();
  for (let n = 0; n < TRANSACTIONS; n++) {
    const hot = chance(0.8) ? [pick(HOT), pick(HOT)] : [];
    await transaction(client, `w${writer}-${n}`, hot, chance(0.1) ? 40 : 2);
  }
  client.release();
}

async function replicaOf(path: string): Promise<unknown[]> {
  const { sqlite } = openReplica(path);
  const rows = sqlite.query('SELECT code, id, url, url_version, version, active FROM links ORDER BY code').all();
  sqlite.close();
  return rows;
}

test('followers of many writers skip no change and end up with the table, whatever stays open meanwhile', async () => {
  await using database = await migratedDatabase(WRITERS + 6);
  const dir = mkdtempSync(join(tmpdir(), 'waymark-feed-'));
  const path = join(dir, 'replica.db');
  const store = new ReplicaFile(openReplica(path).sqlite);
  const feed = new PostgresChangeFeed(database.ask, systemClock);
  const begun = await feed.head();
  let told = 0;
  const counting: ChangeFeed = {
    head: () => feed.head(),
    page: (afterId, limit) => feed.page(afterId, limit),
    find: (domainId, code) => feed.find(domainId, code),
    salts: (days) => feed.salts(days),
    async since(cursor, limit) {
      const page = await feed.since(cursor, Math.min(limit, 7));
      told += page?.changes.length ?? 0;
      return page;
    },
  };
  const follower = new ReplicaFollower({
    feed: counting,
    store,
    now: systemClock,
    forget: () => {},
    applied: () => {},
    saltsChanged: () => {},
  });
  await follower.pull();
  const loop = new FollowerLoop(
    follower,
    (error) => {
      throw error;
    },
    1,
  );
  const following = loop.start();

  // Two that write early and stay open until everybody else is done: one commits then, one rolls back.
  const [late, never] = [await database.pool.connect(), await database.pool.connect()];
  for (const [client, code] of [
    [late, 'late'],
    [never, 'never'],
  ] as const) {
    await client.query('BEGIN');
    await insertLink(client, code);
  }
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(database, writer)));

  // Everything that has committed arrives while those two are still open.
  const table = async () =>
    (
      await database.pool.query(
        `SELECT code, id, url, url_version, version, active::int AS active FROM links WHERE deleted_at IS NULL ORDER BY code`,
      )
    ).rows;
  const { seq } = await feed.head();
  while ((store.cursor?.seq ?? 0) < seq) await Bun.sleep(1);
  expect(await replicaOf(path)).toEqual(await table());

  await late.query('COMMIT');
  await never.query('ROLLBACK');
  late.release();
  never.release();
  const end = await feed.head();
  while ((store.cursor?.seq ?? 0) < end.seq) await Bun.sleep(1);
  await loop.stop();
  await following;
  const all = await table();
  expect(await replicaOf(path)).toEqual(all);
  expect(all.map(({ code }) => code)).toContain('late');
  const { rows } = await database.pool.query('SELECT count(*) AS n FROM link_changes WHERE seq > $1', [begun.seq]);
  expect(told).toBe(rows[0].n);
  expect(told).toBeGreaterThan(WRITERS * TRANSACTIONS * 0.5);
  expect(follower.status().snapshotsTaken).toBe(1);
  store.close();
  rmSync(dir, { recursive: true, force: true });
}, 120_000);
