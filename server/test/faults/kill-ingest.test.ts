import { afterEach, beforeEach, expect, test } from 'bun:test';
import { spawnTestApp, startTestApp } from '../start-app.ts';
import { audit } from './audit.ts';
import { openDatabase, removeDataDir, seededDataDir } from './data-dir.ts';
import { acceptOffline } from './offline-clicks.ts';
import { settled } from './settled.ts';
import { pause } from './visitors.ts';

const BACKLOG = Number(process.env.WAYMARK_BACKLOG ?? 120_000);
const KILLS_MAX = 24;
/** Short enough for several of them within a backlog that a fast machine ingests in four seconds. */
const PAUSE_MS = { least: 20, more: 200 };

let dir: string;
beforeEach(() => {
  dir = seededDataDir();
});
afterEach(() => removeDataDir(dir));

function committed(): number {
  const db = openDatabase(dir);
  const row = db.query<{ n: number | null }, []>('SELECT sum(committed) AS n FROM ingest_edges').get();
  db.close();
  return row?.n ?? 0;
}

test('kill -9 again and again while a backlog is ingested: every click of it is counted, once', async () => {
  const accepted = acceptOffline(dir, BACKLOG);
  let kills = 0;
  let during = 0;
  for (; kills < KILLS_MAX && committed() < BACKLOG; kills++) {
    const before = committed();
    const starting = spawnTestApp({ dataDir: dir });
    if (kills % 3 > 0) await starting.ready;
    await pause(PAUSE_MS.least + Math.random() * PAUSE_MS.more);
    await starting.kill();
    const after = committed();
    if (after > before && after < BACKLOG) during++;
  }
  const app = await startTestApp({ dataDir: dir });
  await settled(app, 60_000);
  expect(await app.stop()).toEqual({ code: 0, signal: null });
  console.log(`${kills} kills while ${BACKLOG} clicks were ingested, ${during} of them in the middle`);
  expect(during).toBeGreaterThan(2);
  expect(audit(dir).clicks).toEqual(accepted);
}, 120_000);
