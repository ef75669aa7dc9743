import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WaymarkClient } from '@waymark/contract/client';
import { parse } from 'csv-parse/sync';
import { startTestApp, TEST_API_KEY, type TestApp } from '../start-app.ts';

const ROWS = 50_000;
/** What twenty downloads may hold while nobody reads them, and how long they may take to come to rest. */
const HELD_MB_MAX = 200;
const SETTLE_MS_MIN = 1000;
const SETTLE_MS_MAX = 15_000;

let dataDir: string;
let app: TestApp;
let admin: WaymarkClient;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'waymark-export-'));
  app = await startTestApp({ dataDir });
  admin = new WaymarkClient({ baseUrl: app.baseUrl, apiKey: TEST_API_KEY });
  const code = 'formula';
  await admin.links.create({ url: 'https://example.com/x', code, title: '=HYPERLINK("https://evil.example")' });
  await admin.links.create({ url: 'https://example.com/y', title: 'commas, "quotes"\nand lines' });
  for (let n = 0; n < 5; n++) await fetch(`${app.baseUrl}/${code}?utm_source=%2Bmail`, { redirect: 'manual' });
  await app.stop();
  // Links by the tens of thousands, as a file of this many would have made them.
  const db = new Database(join(dataDir, 'waymark.db'));
  db.run(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
     INSERT INTO links (domain_id, code, url, title, created_at, updated_at)
     SELECT 1, 'many-' || i, 'https://example.com/' || i || '/' || hex(zeroblob(200)), 'Title ' || i, 0, 0 FROM n`,
  );
  db.close();
  app = await startTestApp({ dataDir });
  admin = new WaymarkClient({ baseUrl: app.baseUrl, apiKey: TEST_API_KEY });
}, 30_000);
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  rmSync(dataDir, { recursive: true, force: true });
});

const residentMb = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${app.pid}/status`, 'utf8'))?.[1]) / 1024;
const records = async (response: Response) =>
  parse(await response.text(), { columns: true }) as Record<string, string>[];

test('all links come, once each, as CSV and as JSON', async () => {
  const response = await admin.exports.links();
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="waymark-links-[\d-]+\.csv"$/);
  const rows = await records(response);
  expect(rows.length).toBe(ROWS + 2);
  expect(new Set(rows.map(({ code }) => code)).size).toBe(ROWS + 2);
  expect(rows[1]?.title).toBe('commas, "quotes"\nand lines');
  const links = (await (await admin.exports.links({ format: 'json' })).json()) as { id: string; title: string }[];
  expect(links.map(({ id }) => id)).toEqual(rows.map(({ id }) => id ?? ''));
  expect((await (await admin.exports.links({ format: 'json', q: 'no such' })).json()) as unknown).toEqual([]);
}, 30_000);

test('text that a spreadsheet would run is defused in CSV, and whole in JSON', async () => {
  const [link] = await records(await admin.exports.links({ code: 'formula' }));
  expect(link?.title).toBe(`'=HYPERLINK("https://evil.example")`);
  const clicks = await records(await admin.exports.clicks({ quality: 'all' }));
  expect(clicks.length).toBe(5);
  expect(clicks[0]).toMatchObject({ code: 'formula', utm_source: "'+mail" });
  const json = (await (await admin.exports.clicks({ quality: 'all', format: 'json' })).json()) as object[];
  expect(json[0]).toMatchObject({ code: 'formula', utm_source: '+mail' });
});

test('clicks and events come by filter', async () => {
  const { data } = await admin.links.list({ code: 'formula' });
  const link = data[0]?.id ?? '';
  const events = await records(await admin.exports.events({ link, type: 'click' }));
  expect(events.length).toBe(5);
  expect(JSON.parse(events[0]?.details ?? '')).toMatchObject({ short_code: 'formula' });
  expect(await records(await admin.exports.clicks({ filter: ['utm_source:other'], quality: 'all' }))).toEqual([]);
});

test('a client that does not read makes the server wait, not keep; one that goes away ends it', async () => {
  await (await admin.exports.links()).text();
  const before = residentMb();
  const sockets = Array.from({ length: 20 }, () => {
    const socket = connect(app.port, '127.0.0.1');
    socket.write(
      `GET /api/v1/links/export?format=json HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TEST_API_KEY}\r\n\r\n`,
    );
    return socket;
  });
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('readable', resolve))));
  // Each download is about 45 MB: held whole, twenty of them would stay at 900.
  let peak = 0;
  for (const end = Date.now() + SETTLE_MS_MAX; Date.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const held = residentMb() - before;
    peak = Math.max(peak, held);
    if (Date.now() > end - SETTLE_MS_MAX + SETTLE_MS_MIN && held < HELD_MB_MAX) break;
  }
  expect(peak).toBeLessThan(2 * HELD_MB_MAX);
  expect(residentMb() - before).toBeLessThan(HELD_MB_MAX);
  for (const socket of sockets) socket.destroy();
  expect((await admin.links.list({ limit: 1 })).data.length).toBe(1);
}, 30_000);
