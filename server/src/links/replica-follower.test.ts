import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { insertLink, type MigratedDatabase, migratedDatabase } from '../../test/servers/migrated-database.ts';
import { AppError } from '../platform/app-error.ts';
import { DAY_MS } from '../platform/clock.ts';
import { PostgresChangeFeed } from '../storage/postgres/change-feed.ts';
import { openReplica } from '../storage/replica/open-replica.ts';
import { ReplicaFile } from '../storage/replica/replica-file.ts';
import type { ChangeFeed, FeedCursor } from './change-feed.ts';
import { FollowerLoop, ReplicaFollower } from './replica-follower.ts';
import type { ChangedCode } from './replica-store.ts';

let database: MigratedDatabase;
let dir: string;
let store: ReplicaFile;
let feed: ChangeFeed;
const time = { now: Date.UTC(2026, 3, 3, 12) };

beforeEach(async () => {
  database = await migratedDatabase();
  dir = mkdtempSync(join(tmpdir(), 'waymark-follower-'));
  store = new ReplicaFile(openReplica(join(dir, 'replica.db')).sqlite);
  feed = new PostgresChangeFeed(database.ask, () => time.now);
});
afterEach(async () => {
  store.close();
  await database[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

interface Heard {
  forgotten: string[];
  applied: FeedCursor[];
  salts: number[][];
}

/** A follower over the test's database and file; `over` stands before parts of the feed. */
function follower(over: Partial<ChangeFeed> = {}): { follower: ReplicaFollower; heard: Heard } {
  const heard: Heard = { forgotten: [], applied: [], salts: [] };
  const parts: ChangeFeed = {
    head: () => feed.head(),
    since: (cursor, limit) => feed.since(cursor, limit),
    page: (afterId, limit) => feed.page(afterId, limit),
    find: (domainId, code) => feed.find(domainId, code),
    salts: (days) => feed.salts(days),
    ...over,
  };
  return {
    heard,
    follower: new ReplicaFollower({
      feed: parts,
      store,
      now: () => time.now,
      forget: (codes: readonly ChangedCode[]) => heard.forgotten.push(...codes.map(([, code]) => code)),
      applied: (cursor) => heard.applied.push(cursor),
      saltsChanged: (salts) => heard.salts.push(salts.map(({ day }) => day)),
    }),
  };
}

const sql = (text: string, values: unknown[] = []) => database.pool.query(text, values);
const url = (code: string) => store.find(1, code)?.url ?? null;
const away = async (): Promise<never> => {
  throw new AppError('unavailable', 'away');
};

/** What live links the database and the replica have, to be compared. */
async function both(): Promise<{ table: unknown[]; replica: unknown[] }> {
  const columns = 'domain_id, code, id, url, url_version, version';
  const { rows } = await sql(
    `SELECT ${columns}, active::int AS active FROM links WHERE deleted_at IS NULL ORDER BY code`,
  );
  const { sqlite } = openReplica(join(dir, 'replica.db'));
  const replica = sqlite.query(`SELECT ${columns}, active FROM links ORDER BY code`).all();
  sqlite.close();
  return { table: rows, replica };
}

describe('a follower', () => {
  test('takes a snapshot first, then follows, and says how far it is each time', async () => {
    for (const code of ['a', 'b', 'c']) await insertLink(database.pool, code);
    const { follower: it, heard } = follower();
    expect(it.status()).toMatchObject({ state: 'starting', cursor: null, lagMs: null, inTouch: false });
    await it.pull();
    expect([url('a'), url('b'), url('c')]).toEqual(['a', 'b', 'c'].map((code) => `https://example.com/${code}`));
    expect(it.status()).toMatchObject({ state: 'following', lagMs: 0, inTouch: true, snapshotsTaken: 1 });

    await sql("UPDATE links SET active = false, version = version + 1 WHERE code = 'a'");
    await sql("UPDATE links SET deleted_at = 1, version = version + 1 WHERE code = 'b'");
    await insertLink(database.pool, 'd');
    heard.forgotten.length = 0;
    await it.pull();
    expect(heard.forgotten).toEqual(['a', 'b', 'd']);
    expect([store.find(1, 'a')?.active, url('b'), url('d')]).toEqual([false, null, 'https://example.com/d']);
    const head = await feed.head();
    expect(heard.applied.at(-1)).toEqual({ epoch: head.epoch, seq: head.seq });
    expect(it.status().snapshotsTaken).toBe(1);
  });

  test('has everything on disk before it tells what to forget', async () => {
    const { follower: it } = follower();
    await it.pull();
    await insertLink(database.pool, 'a');
    const seen: (string | null)[] = [];
    const other = new ReplicaFollower({
      feed,
      store,
      now: () => time.now,
      forget: () => seen.push(url('a')),
      applied: () => seen.push(url('a')),
      saltsChanged: () => {},
    });
    await other.pull();
    expect(seen).toEqual(['https://example.com/a', 'https://example.com/a']);
  });

  test('takes a new snapshot below the floor and in another epoch, and drops links that are gone', async () => {
    const { follower: it, heard } = follower();
    for (const code of ['a', 'b']) await insertLink(database.pool, code);
    await it.pull();
    await sql("DELETE FROM links WHERE code = 'a'");
    await insertLink(database.pool, 'c');
    await sql('UPDATE installation SET feed_floor = (SELECT max(seq) FROM link_changes)');
    await sql('DELETE FROM link_changes');
    heard.forgotten.length = 0;
    await it.pull();
    expect(heard.forgotten).toEqual(['a']);
    expect(it.status().snapshotsTaken).toBe(2);
    const { table, replica } = await both();
    expect(replica).toEqual(table);

    await sql("UPDATE installation SET feed_epoch = 'restored'");
    await sql("UPDATE links SET url = 'https://example.com/of-old', version = 1 WHERE code = 'b'");
    await it.pull();
    expect(url('b')).toBe('https://example.com/of-old');
    expect(it.status()).toMatchObject({ snapshotsTaken: 3, cursor: { epoch: 'restored' } });
  });

  test('serves on while the database is away, with its lag, and catches up', async () => {
    let isAway = false;
    const { follower: it } = follower({ since: (...args) => (isAway ? away() : feed.since(...args)) });
    await insertLink(database.pool, 'a');
    await it.pull();
    isAway = true;
    await sql("UPDATE links SET url = 'https://example.com/next', version = 2");
    await expect(it.pull()).rejects.toMatchObject({ code: 'unavailable' });
    time.now += 60_000;
    expect(it.status()).toMatchObject({ state: 'away', inTouch: false, lagMs: 60_000, lastError: 'away' });
    expect(url('a')).toBe('https://example.com/a');
    await expect(it.lookup(1, 'x')).rejects.toMatchObject({ code: 'unavailable' });
    isAway = false;
    await it.pull();
    expect(url('a')).toBe('https://example.com/next');
    expect(it.status()).toMatchObject({ state: 'following', inTouch: true, lagMs: 0, lastError: null });
  });

  test('goes on with a snapshot that was interrupted, and misses nothing that changed meanwhile', async () => {
    await sql(`INSERT INTO links (domain_id, code, url, created_at, updated_at)
      SELECT 1, 'c' || i, 'https://example.com/' || i, 1, 1 FROM generate_series(1, 2500) i`);
    let pages = 0;
    const asked: number[] = [];
    const { follower: it } = follower({
      page: (afterId, limit) => (++pages > 2 ? away() : feed.page(afterId, limit)),
    });
    await expect(it.pull()).rejects.toMatchObject({ code: 'unavailable' });
    expect(url('c1')).toBe('https://example.com/1');
    expect(store.cursor).toBeNull();
    await sql("UPDATE links SET url = 'https://example.com/moved', version = 2 WHERE code = 'c1'");
    await sql("DELETE FROM links WHERE code = 'c2'");
    const { follower: next } = follower({
      page: (afterId, limit) => {
        asked.push(afterId);
        return feed.page(afterId, limit);
      },
    });
    await next.pull();
    expect(asked[0]).toBe(2000);
    expect([url('c1'), url('c2'), url('c2500')]).toEqual([
      'https://example.com/moved',
      null,
      'https://example.com/2500',
    ]);
    const { table, replica } = await both();
    expect(replica).toEqual(table);
  });

  test('starts an interrupted snapshot over where the feed no longer reaches back to its beginning', async () => {
    await insertLink(database.pool, 'a');
    const head = await feed.head();
    store.beginSnapshot({ epoch: head.epoch, seq: head.seq });
    store.addPage([], 1);
    await sql("UPDATE links SET url = 'https://example.com/next', version = 2");
    await sql('UPDATE installation SET feed_floor = 2');
    const { follower: it } = follower();
    await it.pull();
    expect(url('a')).toBe('https://example.com/next');
  });

  test('has the salts of today and tomorrow, keeps them with the replica, and forgets those of long ago', async () => {
    const today = Math.floor(time.now / DAY_MS);
    const { follower: it, heard } = follower();
    await it.pull();
    expect(heard.salts).toEqual([[today, today + 1]]);
    await it.pull();
    expect(heard.salts).toHaveLength(1);
    time.now += 3 * DAY_MS;
    await it.pull();
    expect(store.salts().map(({ day }) => day)).toEqual([today + 1, today + 3, today + 4]);
    time.now -= 3 * DAY_MS;
  });
});

describe('a look-up of a code that the replica does not know', () => {
  test('finds a link the moment it is made, and keeps it', async () => {
    const { follower: it } = follower();
    await it.pull();
    await insertLink(database.pool, 'fresh');
    expect((await it.lookup(1, 'fresh'))?.url).toBe('https://example.com/fresh');
    expect(url('fresh')).toBe('https://example.com/fresh');
    expect(await it.lookup(1, 'unknown')).toBeNull();
  });

  test('asks the database once for all who ask at the same time', async () => {
    let asked = 0;
    const { follower: it } = follower({
      find: (domainId, code) => {
        asked++;
        return feed.find(domainId, code);
      },
    });
    await insertLink(database.pool, 'a');
    const answers = await Promise.all(Array.from({ length: 50 }, () => it.lookup(1, 'a')));
    expect(answers.map((link) => link?.code)).toEqual(Array(50).fill('a'));
    expect(asked).toBe(1);
  });

  test('that was overtaken by the feed answers what the feed brought, and brings nothing back', async () => {
    const gate = Promise.withResolvers<void>();
    const { follower: it } = follower({
      async find(domainId, code) {
        const found = await feed.find(domainId, code);
        await gate.promise;
        return found;
      },
    });
    await it.pull();
    await insertLink(database.pool, 'a');
    await insertLink(database.pool, 'b');
    const [a, b] = [it.lookup(1, 'a'), it.lookup(1, 'b')];
    await Bun.sleep(50); // Both have read the links as they were made.
    await sql("UPDATE links SET deleted_at = 1, version = 2 WHERE code = 'a'");
    await sql("UPDATE links SET url = 'https://example.com/next', version = 2 WHERE code = 'b'");
    await it.pull();
    gate.resolve();
    expect([await a, (await b)?.url]).toEqual([null, 'https://example.com/next']);
    expect([url('a'), url('b')]).toEqual([null, 'https://example.com/next']);
  });

  test('is answered while the first snapshot is still under way', async () => {
    const gate = Promise.withResolvers<void>();
    const { follower: it } = follower({
      async page(afterId, limit) {
        await gate.promise;
        return feed.page(afterId, limit);
      },
    });
    await insertLink(database.pool, 'a');
    const pulling = it.pull();
    while (it.status().state !== 'snapshot') await Bun.sleep(1);
    expect((await it.lookup(1, 'a'))?.code).toBe('a');
    expect(url('a')).toBe('https://example.com/a');
    gate.resolve();
    await pulling;
    expect(url('a')).toBe('https://example.com/a');
  });
});

describe('the loop', () => {
  test('pulls at once when nudged, once more when nudged during a pull, and otherwise at intervals', async () => {
    let pulls = 0;
    let finish = () => {};
    const begun = () => new Promise<void>((resolve) => (onPull = resolve));
    let onPull = () => {};
    const first = begun();
    const loop = new FollowerLoop(
      {
        async pull() {
          pulls++;
          onPull();
          await new Promise<void>((resolve) => (finish = resolve));
        },
        stop() {},
      },
      () => {},
      3_600_000,
    );
    const ended = loop.start();
    await first;
    const second = begun();
    loop.nudge();
    finish();
    await second;
    finish();
    await Bun.sleep(5);
    expect(pulls).toBe(2);
    const third = begun();
    loop.nudge();
    await third;
    const stopped = loop.stop();
    finish();
    await Promise.all([ended, stopped]);
    expect(pulls).toBe(3);
  });

  test('goes on after failures, and ends with what its owner throws', async () => {
    let pulls = 0;
    const fatal = new Error('damaged');
    const loop = new FollowerLoop(
      { pull: () => (++pulls < 3 ? away() : Promise.reject(fatal)), stop() {} },
      (error) => {
        if (error === fatal) throw fatal;
      },
    );
    await expect(loop.start()).rejects.toBe(fatal);
    expect(pulls).toBe(3);
  });
});
