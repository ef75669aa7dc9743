import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestApp, type TestApp } from '../start-app.ts';
import { openDatabase, removeDataDir } from './data-dir.ts';
import { pause } from './visitors.ts';

const USERS = 12_000;
const LINKS = 20_000;
const EVENTS = 20_000;
const KILLS = 4;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'waymark-import-'));
});
afterEach(() => removeDataDir(dir));

const lines = (head: string, count: number, line: (id: number) => string) =>
  [head, ...Array.from({ length: count }, (_, i) => line(i + 1))].join('\n');
const TIME = '2026-01-02 03:04:05';

const FILES = [
  {
    path: '/users/bulk',
    rows: USERS,
    csv: lines('id,username,email,created_at', USERS, (id) => `${id},user${id},user${id}@example.com,${TIME}`),
    counted: 'SELECT count(*) AS n, min(id) AS first, max(id) AS last FROM users',
    counter: 'users',
  },
  {
    path: '/urls/import',
    rows: LINKS,
    csv: lines('id,user_id,short_code,original_url,title,is_active,created_at,updated_at', LINKS, (id) => {
      return `${id},${(id % USERS) + 1},code-${id},https://example.com/${id},Title ${id},True,${TIME},${TIME}`;
    }),
    counted: 'SELECT count(*) AS n, min(id) AS first, max(id) AS last FROM links',
    counter: 'links',
  },
  {
    path: '/events/bulk',
    rows: EVENTS,
    csv: lines('id,url_id,user_id,event_type,timestamp,details', EVENTS, (id) => {
      return `${id},${(id % LINKS) + 1},${(id % USERS) + 1},viewed,${TIME},"{""n"":${id}}"`;
    }),
    counted: 'SELECT count(*) AS n, min(id) AS first, max(id) AS last FROM events',
    counter: 'events',
  },
] as const;

const send = (app: TestApp, file: (typeof FILES)[number]) =>
  fetch(app.baseUrl + file.path, { method: 'POST', headers: { 'Content-Type': 'text/csv' }, body: file.csv });

function stored(file: (typeof FILES)[number]) {
  const db = openDatabase(dir);
  const rows = db.query(file.counted).get();
  const counter = db
    .query<{ n: number }, [string]>(`SELECT sum(n) AS n FROM counters WHERE kind = ?`)
    .get(file.counter);
  db.close();
  return { rows, counter: counter?.n };
}

function rowsOf(file: (typeof FILES)[number]): number {
  return (stored(file).rows as { n: number }).n;
}

/** Sends a file to a server that is killed meanwhile, or just after. */
async function sendAndKill(file: (typeof FILES)[number], afterMs: number): Promise<void> {
  const app = await startTestApp({ dataDir: dir });
  send(app, file).catch(() => {}); // The death of the server ends it.
  await pause(afterMs);
  await app.kill();
}

for (const file of FILES) {
  test(`kill -9 while ${file.path} runs, and the file sent again: every row is there once`, async () => {
    const first = await startTestApp({ dataDir: dir });
    for (const before of FILES) {
      if (before === file) break;
      expect((await send(first, before)).status).toBe(201);
    }
    await first.stop();
    // Ever longer, so that some kills come when a part of the rows is in and not all.
    let partly = 0;
    let waitMs = 15;
    for (let rows = rowsOf(file); rows < file.rows && partly < KILLS; waitMs *= 1.3) {
      await sendAndKill(file, waitMs);
      const after = rowsOf(file);
      if (after > rows && after < file.rows) partly++;
      rows = after;
    }
    expect(partly).toBeGreaterThan(0);
    const last = await startTestApp({ dataDir: dir });
    const answer = await send(last, file);
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({ count: file.rows, imported: file.rows, skipped: 0, errors: [] });
    expect((await last.stop()).code).toBe(0);
    expect(stored(file)).toEqual({ rows: { n: file.rows, first: 1, last: file.rows }, counter: file.rows });
  }, 150_000);
}
