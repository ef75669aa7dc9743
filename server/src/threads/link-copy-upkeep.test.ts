import type { Database } from 'bun:sqlite';
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATABASE_FILE, openForReading, openForWriting } from '../storage/sqlite/database.ts';
import { EmbeddedDatabase } from '../storage/sqlite/embedded-database.ts';
import { migrate } from '../storage/sqlite/migrate.ts';
import { SqliteReplica } from '../storage/sqlite/sqlite-replica.ts';
import { LINK_COPY_FILE, LinkCopyUpkeep, type LinkCopyUpkeepDeps } from './link-copy-upkeep.ts';

const LINKS = 500;

let dir: string;
let writer: Database;
let reader: Database;
let replica: SqliteReplica;
let upkeep: LinkCopyUpkeep | null;
let infos: object[];
let warnings: object[];
const counts = { copied: 0 };

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'waymark-copies-'));
  writer = openForWriting(join(dir, DATABASE_FILE));
  migrate(writer);
  writer.run(
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${LINKS})
     INSERT INTO links (domain_id, code, url, created_at, updated_at) SELECT 1, 'c' || i, 'https://example.com/' || i, 0, 0 FROM n`,
  );
  writer.run(`INSERT INTO counters (kind, key, n) VALUES ('links', '', ${LINKS})`);
  reader = openForReading(join(dir, DATABASE_FILE));
  replica = new SqliteReplica(reader, 100);
  upkeep = null;
  infos = [];
  warnings = [];
  counts.copied = 0;
});
afterEach(() => {
  upkeep?.stop();
  reader.close();
  writer.close();
  rmSync(dir, { recursive: true, force: true });
});

function start(override: Partial<LinkCopyUpkeepDeps> = {}): void {
  const figures = new EmbeddedDatabase(reader, dir);
  upkeep = new LinkCopyUpkeep({
    file: join(dir, DATABASE_FILE),
    dataDir: dir,
    replica,
    cacheSize: 100,
    linkCount: () => figures.linkCount(),
    counts,
    logger: {
      info: (fields: object) => void infos.push(fields),
      warn: (fields: object) => void warnings.push(fields),
    } as unknown as LinkCopyUpkeepDeps['logger'],
    now: Date.now,
    timesMs: { check: 5, rest: 0, retry: 5 },
    roomLeftBytes: 0,
    ...override,
  });
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await Bun.sleep(2);
  }
}

function change(n: number): void {
  writer.run(`UPDATE links SET url = 'https://example.com/new/' || ? WHERE code = 'c' || ?`, [n, n]);
  replica.invalidate(1, [`c${n}`]);
}

test('a copy is made where there are more links than memory keeps', async () => {
  start();
  await until('copied', () => counts.copied === LINKS);
  expect(replica.find(1, 'c7')?.url).toBe('https://example.com/7');
  expect(replica.lastFindHit).toBe(true);
  expect(infos).toMatchObject([{ links: LINKS }]);
  expect(existsSync(join(dir, LINK_COPY_FILE))).toBe(false);
});

test.each([LINKS, 0])('with room in memory for %i links none is made', async (cacheSize) => {
  start({ cacheSize });
  await Bun.sleep(50);
  expect([counts.copied, infos.length, warnings.length]).toEqual([0, 0, 0]);
});

test('it is left alone while little changes, and made anew once a tenth has', async () => {
  start();
  await until('copied', () => counts.copied === LINKS);
  for (let n = 0; n < 20; n++) change(n);
  await Bun.sleep(50);
  expect(infos).toHaveLength(1);
  for (let n = 20; n < 70; n++) change(n);
  for (let copies = 2; copies < 4; copies++) {
    await until('copied again', () => infos.length === copies);
    for (let n = 0; n < 100; n++) {
      expect(replica.find(1, `c${n}`)?.url).toBe(`https://example.com/${n < 70 ? 'new/' : ''}${n}`);
      if (n >= 70) expect(replica.lastFindHit).toBe(true);
    }
    for (let n = 0; n < 70; n++) change(n);
  }
});

test('where it can not be made look-ups do without; that is said once, and tried again', async () => {
  const missing = join(dir, 'missing');
  start({ dataDir: missing });
  await until('a warning', () => warnings.length > 0);
  expect(replica.find(1, 'c1')?.url).toBe('https://example.com/1');
  await Bun.sleep(100);
  expect(warnings).toHaveLength(1);
  mkdirSync(missing);
  await until('copied', () => counts.copied === LINKS);
});

test('what a process left that died while it made one is removed', () => {
  writeFileSync(join(dir, LINK_COPY_FILE), 'half of it');
  start({ cacheSize: 0 });
  expect(existsSync(join(dir, LINK_COPY_FILE))).toBe(false);
});

test('it can be stopped while one is made', async () => {
  start();
  upkeep?.stop();
  await Bun.sleep(100);
  expect(counts.copied).toBe(0);
  expect(replica.find(1, 'c1')?.url).toBe('https://example.com/1');
});
