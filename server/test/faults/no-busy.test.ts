import { afterEach, beforeEach, expect, test } from 'bun:test';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE, openForReading } from '../../src/storage/sqlite/database.ts';
import { SqliteReplica } from '../../src/storage/sqlite/sqlite-replica.ts';
import { startTestApp, type TestApp } from '../start-app.ts';
import { audit, expectExactly } from './audit.ts';
import { CODES, removeDataDir, SHARES, seededDataDir } from './data-dir.ts';
import { settled } from './settled.ts';
import { pause, Visitors } from './visitors.ts';

const LOAD_MS = 5000;
const MIB = 1024 * 1024;

let dir: string;
beforeEach(() => {
  dir = seededDataDir();
});
afterEach(() => removeDataDir(dir));

/** Calls the API over and over until `isOver`; returns how often each status came. */
async function callApi(app: TestApp, isOver: () => boolean): Promise<Map<number, number>> {
  const statuses = new Map<number, number>();
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(app.baseUrl + path, {
      method,
      ...(body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    });
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    return (await response.json().catch(() => null)) as { id?: number } | null;
  };
  while (!isOver()) {
    const link = await call('POST', '/shorten', { url: 'https://example.com/made' });
    const path = `/urls/${link?.id ?? 0}`;
    await call('PATCH', path, { title: 'changed' });
    await call('GET', path);
    await call('GET', '/urls?per_page=50');
    await call('DELETE', path);
  }
  return statuses;
}

/** Looks links up as the main thread does, but with no patience at all: a lock that it meets is an error at once. */
async function lookUpImpatiently(isOver: () => boolean): Promise<number> {
  const db = openForReading(join(dir, DATABASE_FILE));
  db.run('PRAGMA busy_timeout = 0');
  const replica = new SqliteReplica(db, 0);
  let found = 0;
  while (!isOver()) {
    for (let i = 0; i < 200; i++) if (replica.find(1, CODES[i % CODES.length] ?? '')) found++;
    await pause(1);
  }
  db.close();
  return found;
}

test('redirects, API writes and ingest side by side: nobody meets a locked database, and no request fails', async () => {
  // No link is kept in memory, so that every redirect reads the database.
  const app = await startTestApp({ dataDir: dir, env: { LINK_CACHE_SIZE: '0' } });
  const visitors = new Visitors({ codes: SHARES, connections: 16 });
  let over = false;
  let walBytesMost = 0;
  try {
    visitors.visit(app.port);
    const isOver = () => over;
    const work = Promise.all([lookUpImpatiently(isOver), ...Array.from({ length: 8 }, () => callApi(app, isOver))]);
    for (let waited = 0; waited < LOAD_MS; waited += 100) {
      await pause(100);
      const wal = statSync(join(dir, `${DATABASE_FILE}-wal`), { throwIfNoEntry: false })?.size ?? 0;
      walBytesMost = Math.max(walBytesMost, wal);
    }
    over = true;
    const [found, ...statuses] = await work;
    await visitors.leave();
    const figures = await settled(app);
    expect(await app.stop()).toEqual({ code: 0, signal: null });
    expect(found).toBeGreaterThan(1000);
    const seen = new Set(statuses.flatMap((of) => [...of.keys()]));
    expect([...seen].sort()).toEqual([200, 201, 204]);
    expect({ cutOff: visitors.cutOff, others: [...visitors.otherAnswers] }).toEqual({ cutOff: 0, others: [] });
    expect(visitors.total.redirected).toBeGreaterThan(1000);
    expectExactly(audit(dir).clicks, visitors.tallies);
    expect(figures).toMatchObject({ dropped: 0, dead: 0 });
    expect(app.log.filter((line) => /SQLITE_|"level":"(warn|error|fatal)"/.test(line))).toEqual([]);
    expect(walBytesMost).toBeLessThan(128 * MIB);
  } finally {
    over = true;
    await visitors.leave(0);
    await app.kill();
  }
}, 40_000);
