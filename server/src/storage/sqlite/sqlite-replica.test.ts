import type { Database } from 'bun:sqlite';
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATABASE_FILE, openForReading, openForWriting } from './database.ts';
import { LOOK_UP } from './look-up.ts';
import { migrate } from './migrate.ts';
import { SqliteReplica } from './sqlite-replica.ts';

let dir: string;
let writer: Database;
let reader: Database;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'waymark-replica-'));
  writer = openForWriting(join(dir, DATABASE_FILE));
  migrate(writer);
  reader = openForReading(join(dir, DATABASE_FILE));
});

afterEach(() => {
  reader.close();
  writer.close();
  rmSync(dir, { recursive: true, force: true });
});

const create = (code: string, url = `https://example.com/${code}`) =>
  writer.run('INSERT INTO links (domain_id, code, url, created_at, updated_at) VALUES (1, ?, ?, 0, 0)', [code, url]);

test('a look-up reads one index and nothing else', () => {
  const plan = reader.query<{ detail: string }, [number, string]>(`EXPLAIN QUERY PLAN ${LOOK_UP}`).all(1, 'a');
  expect(plan.map(({ detail }) => detail)).toEqual([
    'SEARCH links USING COVERING INDEX links_lookup (domain_id=? AND code=?)',
  ]);
});

test('a known link is a miss at first and a hit after it; an unknown one is always a miss', () => {
  create('known');
  const replica = new SqliteReplica(reader, 100);
  const found = replica.find(1, 'known');
  expect(found).toMatchObject({ code: 'known', url: 'https://example.com/known', active: true, expiresAt: null });
  expect(replica.lastFindHit).toBe(false);
  expect(replica.find(1, 'known')).toEqual(found);
  expect(replica.lastFindHit).toBe(true);
  for (let times = 0; times < 2; times++) {
    expect(replica.find(1, 'unknown')).toBeNull();
    expect(replica.lastFindHit).toBe(false);
  }
  expect([replica.hits, replica.misses]).toEqual([1, 3]);
});

test.each([0, 100])('a change is seen by the first look-up after invalidate, %i links in memory', (cacheSize) => {
  create('a', 'https://example.com/old');
  const replica = new SqliteReplica(reader, cacheSize);
  expect(replica.find(1, 'a')?.url).toBe('https://example.com/old');
  writer.run(`UPDATE links SET url = 'https://example.com/new' WHERE code = 'a'`);
  create('b');
  replica.invalidate(1, ['a', 'b']);
  expect(replica.find(1, 'a')?.url).toBe('https://example.com/new');
  expect(replica.find(1, 'b')).not.toBeNull();
  writer.run(`UPDATE links SET deleted_at = 1 WHERE code = 'a'`);
  replica.invalidate(1, ['a']);
  expect(replica.find(1, 'a')).toBeNull();
});

test('no read outlives its turn of the event loop, so that the log can begin again', async () => {
  create('a');
  const replica = new SqliteReplica(reader, 0);
  replica.find(1, 'a');
  await new Promise<void>((resume) => setImmediate(resume));
  expect(reader.inTransaction).toBe(false);
  expect(writer.query<{ busy: number }, []>('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy).toBe(0);
});

test('a read of the same turn is left behind when a change is told', () => {
  create('a');
  const replica = new SqliteReplica(reader, 0);
  expect(replica.find(1, 'a')).not.toBeNull();
  create('b');
  expect(replica.find(1, 'b')).toBeNull();
  replica.invalidate(1, ['b']);
  expect(replica.find(1, 'b')).not.toBeNull();
});
