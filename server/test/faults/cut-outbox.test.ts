import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { cpSync, mkdirSync, mkdtempSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { rawSegments, SEGMENT_BYTES, sealedLogs, sparePath, spareSegments } from '../../src/storage/outbox/files.ts';
import { readOutbox } from '../../src/storage/outbox/outbox-contents.ts';
import { startTestApp } from '../start-app.ts';
import { audit, expectExactly } from './audit.ts';
import { openDatabase, removeDataDir, seededDataDir } from './data-dir.ts';
import { acceptOffline, keepIdentity } from './offline-clicks.ts';
import { settled } from './settled.ts';
import { sum, visit } from './visit.ts';

/** Places of each file; WAYMARK_CUTS sets it for a longer run by hand. */
const CUTS = Number(process.env.WAYMARK_CUTS ?? 7);
const UNSEALED = 400;

/** Clicks of each link, and how many of them the database has: what a cut can cost is between the two. */
interface State {
  accepted: Map<string, number>;
  committed: Map<string, number>;
}

let dir: string;
let state: State;

beforeAll(async () => {
  dir = seededDataDir();
  const app = await startTestApp({ dataDir: dir });
  const first = await visit(app, 1000);
  await settled(app); // There are sealed batches and committed clicks, however busy the machine is.
  const visited = sum(first, await visit(app, 1000));
  await app.kill();
  state = { accepted: sum(visited, acceptOffline(dir, UNSEALED)), committed: committedIn(dir) };
}, 30_000);
afterAll(() => removeDataDir(dir));

function committedIn(of: string): Map<string, number> {
  const db = openDatabase(of);
  const rows = db.query('SELECT code, clicks FROM links JOIN link_stats ON link_id = id').values() as [
    string,
    number,
  ][];
  db.close();
  return new Map(rows);
}

/** Cuts the last file of a kind in a copy of the directory, serves new clicks from it, and checks every count. */
async function startCut(file: (copy: string) => { path: string; usedBytes: number }, share: number): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), 'waymark-cut-'));
  try {
    cpSync(dir, copy, { recursive: true });
    keepIdentity(copy);
    const { path, usedBytes } = file(copy);
    const at = Math.floor(usedBytes * share);
    truncateSync(path, at);
    const app = await startTestApp({ dataDir: copy });
    const fresh = await visit(app, 300);
    const figures = await settled(app);
    expect(await app.stop()).toEqual({ code: 0, signal: null });
    expect(app.log.filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
    const { clicks, total } = audit(copy);
    expect(figures).toMatchObject({ committed: total, discarded: 0, inFlight: 0, dropped: 0 });
    expect(figures.accepted).toBe(figures.committed + figures.dead);
    for (const [code, accepted] of state.accepted) {
      const old = (clicks.get(code) ?? 0) - (fresh.get(code)?.redirected ?? 0);
      const where = `${code} with ${basename(path)} cut at ${at}`;
      expect({ where, inBounds: old >= (state.committed.get(code) ?? 0) && old <= accepted }).toEqual({
        where,
        inBounds: true,
      });
    }
  } finally {
    removeDataDir(copy);
  }
}

const lastRaw = (copy: string) => {
  const used = readOutbox(join(copy, 'outbox')).raw.at(-1);
  if (!used) throw new Error('no raw segment');
  return used;
};
const lastSealed = (copy: string) => {
  const path = sealedLogs(join(copy, 'outbox')).at(-1)?.path;
  if (path === undefined) throw new Error('no sealed log');
  return { path, usedBytes: statSync(path).size };
};

describe('a server whose outbox was cut', () => {
  test('counts every accepted click where nothing was cut', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'waymark-cut-'));
    cpSync(dir, copy, { recursive: true });
    keepIdentity(copy);
    expect(rawSegments(join(copy, 'outbox')).length).toBeGreaterThan(0);
    const app = await startTestApp({ dataDir: copy });
    await settled(app);
    await app.stop();
    expect(Object.fromEntries(audit(copy).clicks)).toEqual(Object.fromEntries(state.accepted));
    removeDataDir(copy);
  }, 20_000);

  test('does not touch a spare segment whose making was cut short', async () => {
    const fresh = seededDataDir();
    try {
      const outboxDir = join(fresh, 'outbox');
      mkdirSync(outboxDir);
      writeFileSync(sparePath(outboxDir, 'half'), Buffer.alloc(5_000_000));
      writeFileSync(sparePath(outboxDir, 'none'), '');
      const app = await startTestApp({ dataDir: fresh });
      const clicks = await visit(app, 300);
      expect((await settled(app)).dropped).toBe(0);
      await app.stop();
      expectExactly(audit(fresh).clicks, clicks);
      expect(new Set(spareSegments(outboxDir).map((path) => statSync(path).size))).toEqual(new Set([SEGMENT_BYTES]));
    } finally {
      removeDataDir(fresh);
    }
  }, 20_000);

  for (const [kind, file] of [
    ['raw segment', lastRaw],
    ['file of sealed batches', lastSealed],
  ] as const) {
    test(
      `at any byte of its last ${kind} starts, counts new clicks exactly and old ones at most once`,
      async () => {
        const shares = [0, ...Array.from({ length: CUTS - 2 }, () => Math.random()), 0.9999];
        for (const share of shares) await startCut(file, share);
      },
      10_000 + CUTS * 5000,
    );
  }
});
