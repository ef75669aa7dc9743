import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { insertLink, type MigratedDatabase, migratedDatabase } from '../../../test/servers/migrated-database.ts';
import type { FeedCursor, LinkChange } from '../../links/change-feed.ts';
import { DAY_MS } from '../../platform/clock.ts';
import { PostgresChangeFeed } from './change-feed.ts';

let database: MigratedDatabase;
let feed: PostgresChangeFeed;
const time = { now: Date.UTC(2026, 3, 3, 12) };
const opened: MigratedDatabase[] = [];

beforeEach(async () => {
  database = await migratedDatabase();
  opened.push(database);
  feed = new PostgresChangeFeed(database.ask, () => time.now);
});
afterAll(async () => {
  for (const each of opened) await each[Symbol.asyncDispose]();
});

const sql = (text: string, values: unknown[] = []) => database.pool.query(text, values);
const told = (changes: LinkChange[]) => changes.map(({ code, link }) => [code, link?.url ?? null]);

describe('the change feed', () => {
  test('tells what was made, changed, switched off and deleted, each as it is now, in the order of commits', async () => {
    const start = await feed.head();
    const a = await insertLink(database.pool, 'a');
    await insertLink(database.pool, 'b');
    await sql('UPDATE links SET active = false, version = version + 1 WHERE id = $1', [a]);
    await sql("UPDATE links SET deleted_at = 5, version = version + 1 WHERE code = 'b'");
    const page = await feed.since(start, 100);
    expect(told(page?.changes ?? [])).toEqual([
      ['a', 'https://example.com/a'],
      ['b', null],
      ['a', 'https://example.com/a'],
      ['b', null],
    ]);
    expect(page?.changes[0]?.link).toEqual({
      id: a as never,
      domainId: 1,
      code: 'a',
      url: 'https://example.com/a',
      urlVersion: 1,
      redirectStatus: 302,
      active: false,
      expiresAt: null,
      quarantineReason: null,
      version: 2,
    });
    expect(page?.more).toBe(false);
    expect(page?.seq).toBe((await feed.head()).seq);
  });

  test('tells nothing of what redirects do not need', async () => {
    await insertLink(database.pool, 'a');
    const start = await feed.head();
    await sql("UPDATE links SET title = 'new', updated_at = 7");
    expect(await feed.since(start, 100)).toEqual({ changes: [], seq: start.seq, more: false });
  });

  test('is read in pages, each going on where the last one ended', async () => {
    let cursor: FeedCursor = await feed.head();
    for (const code of ['a', 'b', 'c']) await insertLink(database.pool, code);
    const seen: unknown[] = [];
    for (let more = true; more; ) {
      const page = await feed.since(cursor, 2);
      if (!page) throw new Error('the cursor is good');
      seen.push(page.changes.map(({ code }) => code));
      cursor = { ...cursor, seq: page.seq };
      more = page.more;
    }
    expect(seen).toEqual([['a', 'b'], ['c']]);
  });

  test('tells of a purged link that its code is free, and of the next link of that code', async () => {
    const old = await insertLink(database.pool, 'a');
    const start = await feed.head();
    await sql('DELETE FROM links');
    const next = await insertLink(database.pool, 'a', 'https://example.com/next');
    const { changes } = (await feed.since(start, 10)) ?? { changes: [] };
    expect(changes.map(({ linkId, link }) => [linkId, link?.id ?? null] as [number, number | null])).toEqual([
      [old, null],
      [next, next],
    ]);
  });

  test('needs a snapshot where the cursor is below the floor, beyond the end, or of another epoch', async () => {
    for (const code of ['a', 'b', 'c']) await insertLink(database.pool, code);
    const head = await feed.head();
    await sql('DELETE FROM link_changes WHERE seq <= 2');
    await sql('UPDATE installation SET feed_floor = 2');
    expect(await feed.since({ ...head, seq: 1 }, 10)).toBeNull();
    expect((await feed.since({ ...head, seq: 2 }, 10))?.changes).toHaveLength(1);
    expect(await feed.since({ ...head, seq: head.seq + 1 }, 10)).toBeNull();
    await sql("UPDATE installation SET feed_epoch = 'another'");
    expect(await feed.since(head, 10)).toBeNull();
    expect(await feed.head()).toEqual({ epoch: 'another', seq: head.seq, floor: 2 });
  });

  test('has its head at the floor where all changes were pruned', async () => {
    await insertLink(database.pool, 'a');
    await sql('DELETE FROM link_changes');
    await sql('UPDATE installation SET feed_floor = 1');
    const head = await feed.head();
    expect(head.seq).toBe(1);
    expect(await feed.since(head, 10)).toEqual({ changes: [], seq: 1, more: false });
  });

  test('pages through live links by id, and finds one by its code', async () => {
    for (const code of ['a', 'b', 'c', 'd']) await insertLink(database.pool, code);
    await sql("UPDATE links SET deleted_at = 1 WHERE code = 'b'");
    const first = await feed.page(0, 2);
    const last = await feed.page(first.at(-1)?.id ?? 0, 2);
    expect([first, last].map((page) => page.map(({ code }) => code))).toEqual([['a', 'c'], ['d']]);
    expect((await feed.find(1, 'a'))?.url).toBe('https://example.com/a');
    expect(await feed.find(1, 'b')).toBeNull();
    expect(await feed.find(2, 'a')).toBeNull();
  });

  test('makes the salts of today and tomorrow once, for all who ask', async () => {
    const today = Math.floor(time.now / DAY_MS);
    const other = new PostgresChangeFeed(database.ask, () => time.now);
    const [mine, theirs] = await Promise.all([feed.salts([today, today + 1]), other.salts([today, today + 1])]);
    expect(mine).toEqual(theirs);
    expect(mine.map(({ day }) => day)).toEqual([today, today + 1]);
    expect(mine[0]?.salt).toMatch(/^[0-9a-f]{32}$/);
    await sql('INSERT INTO visitor_salts (day, salt) VALUES ($1, $2)', [today - 3, 'f'.repeat(32)]);
    expect(await feed.salts([today - 3, today + 2])).toEqual([]);
  });

  test('tells what commits while another writing transaction stays open, and misses nothing when that one commits', async () => {
    const start = await feed.head();
    const open = await database.pool.connect();
    await open.query('BEGIN');
    await insertLink(open, 'slow');
    await insertLink(database.pool, 'quick');
    const first = await feed.since(start, 10);
    expect(told(first?.changes ?? [])).toEqual([['quick', 'https://example.com/quick']]);
    await open.query('COMMIT');
    open.release();
    const second = await feed.since({ ...start, seq: first?.seq ?? 0 }, 10);
    expect(told(second?.changes ?? [])).toEqual([['slow', 'https://example.com/slow']]);
  });
});
