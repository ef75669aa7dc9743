import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE, openForWriting } from '../../src/storage/sqlite/database.ts';
import { LINK_COPY_FILE } from '../../src/threads/link-copy-upkeep.ts';
import { spawnTestApp, startTestApp, TEST_API_KEY, type TestApp } from '../start-app.ts';
import { openDatabase, removeDataDir, seededDataDir } from './data-dir.ts';
import { pause } from './visitors.ts';

const LINKS = 100_000;
const KILLS = 6;
/** Fewer links than there are, so that a packed copy of all is made at each start. */
const ENV = { LINK_CACHE_SIZE: '1000' };

let dir: string;
beforeEach(() => {
  dir = seededDataDir();
  const db = openForWriting(join(dir, DATABASE_FILE));
  db.run(
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${LINKS})
     INSERT INTO links (domain_id, code, url, created_at, updated_at)
     SELECT 1, 'c' || i, 'https://example.com/first/' || i, 0, 0 FROM n`,
  );
  db.run(`UPDATE counters SET n = n + ${LINKS} WHERE kind = 'links'`);
  db.close();
});
afterEach(() => removeDataDir(dir));

const call = (app: TestApp, method: string, path: string, body: object) =>
  fetch(app.baseUrl + path, {
    method,
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${TEST_API_KEY}` },
    body: JSON.stringify(body),
  });

async function copiedLinks(app: TestApp): Promise<number> {
  const response = await fetch(`${app.baseUrl}/metrics`, { headers: { Authorization: `Bearer ${TEST_API_KEY}` } });
  return Number(/^waymark_replica_copied_links (\d+)$/m.exec(await response.text())?.[1]);
}

async function locationOf(app: TestApp, code: string): Promise<string | null> {
  const response = await fetch(`${app.baseUrl}/${code}`, { redirect: 'manual' });
  await response.arrayBuffer();
  return response.status === 302 ? response.headers.get('location') : null;
}

/** The id of the link with code `c{n}`. */
function linkIds(): number {
  const db = openDatabase(dir);
  const first = db.query<{ id: number }, []>(`SELECT id FROM links WHERE code = 'c0'`).get();
  db.close();
  return first?.id ?? 0;
}

test('kill -9 while links are packed and changed: the next start makes its own copy, and every change that was answered holds', async () => {
  const firstId = linkIds();
  /** By number: where the link leads, as far as it was answered. Both where a change was cut off. */
  const leadsTo = new Map<number, (string | null)[]>();
  let turn = 0;
  const changeSome = async (app: TestApp, isOver: () => boolean): Promise<void> => {
    while (!isOver()) {
      const n = (turn++ * 7919) % LINKS;
      const before = leadsTo.get(n) ?? [`https://example.com/first/${n}`];
      const after = turn % 3 === 0 ? null : `https://example.com/turn/${turn}`;
      leadsTo.set(n, [...before, after]);
      const path = `/api/v1/links/${firstId + n}`;
      const answer = await (after === null
        ? call(app, 'DELETE', path, {})
        : call(app, 'PATCH', path, { url: after })
      ).catch(() => null);
      if (answer === null) return; // Killed: it may have been done and not answered.
      expect(answer.status).toBeLessThan(300);
      leadsTo.set(n, [after]);
      expect(await locationOf(app, `c${n}`).catch(() => after)).toBe(after);
    }
  };

  let whileMaking = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const starting = spawnTestApp({ dataDir: dir, env: ENV });
    const app = await starting.ready;
    let over = false;
    const changing = changeSome(app, () => over);
    await pause(Math.random() * 400);
    if (existsSync(join(dir, LINK_COPY_FILE))) whileMaking++;
    await starting.kill();
    over = true;
    await changing;
  }
  expect(whileMaking).toBeGreaterThan(0);

  await using app = await startTestApp({ dataDir: dir, env: ENV });
  let over = false;
  const changing = changeSome(app, () => over);
  const deadline = performance.now() + 30_000;
  while ((await copiedLinks(app)) === 0 && performance.now() < deadline) await pause(20);
  over = true;
  await changing;
  expect(await copiedLinks(app)).toBeGreaterThan(LINKS * 0.9);
  expect(existsSync(join(dir, LINK_COPY_FILE))).toBe(false);
  for (const [n, ends] of leadsTo) expect(ends).toContain(await locationOf(app, `c${n}`));
  for (let n = 1; n < LINKS; n += 997) {
    if (!leadsTo.has(n)) expect(await locationOf(app, `c${n}`)).toBe(`https://example.com/first/${n}`);
  }
  expect((await app.stop()).code).toBe(0);
  expect(app.log.filter((line) => /"level":"(warn|error|fatal)"/.test(line))).toEqual([]);
}, 90_000);
