import type { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../platform/app-error.ts';
import type { Call, Reply } from '../../platform/thread-rpc.ts';
import { openForWriting } from './database.ts';
import { IdempotencyStore } from './idempotency.ts';
import { migrate } from './migrate.ts';
import { LinkChanges } from './write-context.ts';
import { WriteQueue } from './write-queue.ts';

let dir: string;
let db: Database;
let queue: WriteQueue;
let changes: LinkChanges;
/** What no reply spoke of. */
let told: string[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'waymark-queue-'));
  db = openForWriting(join(dir, 'waymark.db'));
  migrate(db);
  db.run('CREATE TABLE notes (text TEXT NOT NULL UNIQUE)');
  const notes = {
    add: async (text: string) => void db.run('INSERT INTO notes VALUES (?)', [text]),
    refuse: async () => {
      throw new AppError('conflict', 'taken');
    },
  };
  changes = new LinkChanges();
  told = [];
  const ingestGroup = { grouped: <T>(work: () => Promise<T>) => work(), rolledBack: () => {} };
  queue = new WriteQueue(db, { notes }, new IdempotencyStore(db, Date.now), changes, ingestGroup, (codes) => {
    told.push(...codes.map(([, code]) => code));
  });
});
afterEach(() => {
  db.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Puts calls into one turn of the queue, and gives their answers in order: 'done', or the code of the error. */
async function call(...calls: [method: string, ...args: unknown[]][]): Promise<string[]> {
  const replies: Reply[] = [];
  const send = (said: Reply[]) => void replies.push(...said);
  calls.forEach(([method, ...args], id) => {
    queue.pushCall({ id, service: 'notes', method, args } satisfies Call, send);
  });
  await queue.idle();
  return replies.sort((a, b) => a.id - b.id).map((reply) => (reply.ok ? 'done' : (reply.error.code ?? 'internal')));
}

const stored = () => (db.query('SELECT text FROM notes ORDER BY 1').values() as [string][]).map(([text]) => text);
const setFull = (full: boolean) => {
  const { pages } = db.query('SELECT page_count AS pages FROM pragma_page_count').get() as { pages: number };
  db.run(`PRAGMA max_page_count = ${full ? pages : 1_000_000}`);
};

describe('the write queue', () => {
  test('keeps what succeeds beside a call that fails', async () => {
    expect(await call(['add', 'a'], ['refuse'], ['add', 'a'], ['add', 'b'])).toEqual([
      'done',
      'conflict',
      'internal',
      'done',
    ]);
    expect(stored()).toEqual(['a', 'b']);
  });

  test('answers unavailable where the database has no room, and goes on once there is', async () => {
    setFull(true);
    const [first, ...others] = await call(['add', 'x'.repeat(500_000)], ['add', 'y'.repeat(500_000)]);
    expect([first, ...others]).toEqual(['unavailable', 'unavailable']);
    expect(stored()).toEqual([]);
    setFull(false);
    expect(await call(['add', 'z'])).toEqual(['done']);
    expect(stored()).toEqual(['z']);
  });

  test('answers every call where no transaction can be begun', async () => {
    const other = openForWriting(join(dir, 'waymark.db'));
    db.run('PRAGMA busy_timeout = 0');
    other.run('BEGIN IMMEDIATE');
    expect(await call(['add', 'a'], ['add', 'b'])).toEqual(['unavailable', 'unavailable']);
    other.run('ROLLBACK');
    other.close();
    expect(await call(['add', 'a'])).toEqual(['done']);
  });

  test('tells of links that background work changed, those of work that failed too: it may have been committed', async () => {
    queue.pushBackground(async () => {
      changes.add(1, 'purged');
      return false;
    });
    queue.pushBackground(async () => {
      changes.add(1, 'doubtful');
      throw new Error('the disk is gone');
    });
    await queue.idle();
    expect(told).toEqual(['purged', 'doubtful']);
  });
});
