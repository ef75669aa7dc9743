import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { QUALITIES } from '@waymark/contract';
import fc from 'fast-check';
import { type ClickBatch, encodeBatch } from '../../clicks/batch.ts';
import type { EnrichedClick } from '../../clicks/click.ts';
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import { createSqliteHarness, type SqliteHarness } from '../conformance/sqlite-harness.ts';
import { SqliteIngestStore } from './ingest-store.ts';

const EDGE = 'e'.repeat(32);
const NOW = Date.UTC(2026, 2, 10, 12, 0, 0);

let harness: SqliteHarness;
let now = NOW;
beforeEach(() => {
  now = NOW;
  harness = createSqliteHarness({ now: () => now });
  for (let id = 1; id <= 5; id++) addLink(id, id === 5 ? null : 7);
});
afterEach(() => harness.close());

function addLink(id: number, ownerId: number | null): void {
  harness.sqlite
    .query(
      'INSERT INTO links (id, domain_id, code, url, owner_id, created_at, updated_at) VALUES (?, 1, ?, ?, ?, 0, 0)',
    )
    .run(id, `code${id}`, `https://example.com/${id}`, ownerId);
}

const store = (options: { sampleRate?: number; late?: boolean } = {}) =>
  new SqliteIngestStore(harness.sqlite, {
    now: () => now,
    sampleRate: options.sampleRate ?? 1,
    dayTierCovers: () => options.late ?? false,
  });

const click = (seq: number, override: Partial<EnrichedClick> = {}): EnrichedClick => ({
  seq,
  at: NOW - 1000,
  linkId: 1,
  urlVersion: 1,
  country: 'DE',
  region: '',
  city: '',
  device: 'desktop',
  browser: 'Firefox',
  os: 'Linux',
  referrer: '',
  utmSource: '',
  utmMedium: '',
  utmCampaign: '',
  utmTerm: '',
  utmContent: '',
  language: 'de',
  quality: 'human',
  reason: '',
  visitor: 1,
  ...override,
});

const batch = (clicks: EnrichedClick[], override: Partial<ClickBatch> = {}): ClickBatch => ({
  edgeId: EDGE,
  firstSeq: clicks[0]?.seq ?? 1,
  lastSeq: clicks.at(-1)?.seq ?? 1,
  unreadable: 0,
  clicks,
  ...override,
});

const ingest = (ingester: SqliteIngestStore, sealed: ClickBatch) => {
  const content = encodeBatch(sealed);
  return harness.run(() => ingester.ingest(content, createHash('sha256').update(content).digest('hex')));
};

const one = <T>(sql: string, ...values: (string | number)[]) => harness.sqlite.query(sql).get(...values) as T;
const sum = (table: string, column: string, where = '1') =>
  one<{ n: number | null }>(`SELECT sum(${column}) AS n FROM ${table} WHERE ${where}`).n ?? 0;
const rows = () => one<{ n: number }>('SELECT count(*) AS n FROM clicks').n;

describe('ingest', () => {
  test('keeps a batch as rows, rollups, totals and counters', async () => {
    const outcome = await ingest(
      store(),
      batch([
        click(1),
        click(2, { visitor: 2 }),
        click(3, { linkId: 2, quality: 'bot', reason: 'user-agent:missing' }),
      ]),
    );
    expect(outcome).toEqual({ result: 'committed', committed: 3, discarded: 0, dead: 0, eventIds: [1, 3] });
    expect(rows()).toBe(3);
    expect(one('SELECT clicks, human_clicks, click_rows FROM link_stats WHERE link_id = 1')).toEqual({
      clicks: 2,
      human_clicks: 2,
      click_rows: 2,
    });
    expect(one('SELECT clicks, human_clicks, visitors, human_visitors FROM rollup_15m WHERE link_id = 0')).toEqual({
      clicks: 3,
      human_clicks: 2,
      visitors: 2,
      human_visitors: 2,
    });
    expect(one("SELECT n FROM counters WHERE kind = 'events_by_type' AND key = 'click'")).toEqual({ n: 3 });
    expect(one("SELECT n FROM counters WHERE kind = 'events_by_user' AND key = '7'")).toEqual({ n: 3 });
  });

  test('counts a batch once however often it comes', async () => {
    const ingester = store();
    const sealed = batch([click(1), click(2)]);
    await ingest(ingester, sealed);
    expect((await ingest(ingester, sealed)).result).toBe('already_committed');
    expect((await ingest(store(), sealed)).result).toBe('already_committed');
    expect(rows()).toBe(2);
    expect(sum('rollup_15m', 'clicks', 'link_id = 0')).toBe(2);
  });

  test('puts the same range with other content aside and says so', async () => {
    await ingest(store(), batch([click(1), click(2)]));
    const other = await ingest(store(), batch([click(1), click(2, { country: 'FR' })]));
    expect(other.result).toBe('conflict');
    expect(rows()).toBe(2);
    expect(one<{ n: number }>('SELECT count(*) AS n FROM dead_letters').n).toBe(1);
  });

  test('counts several batches of one transaction as it counts them one by one', async () => {
    const batches = [0, 1, 2].map((part) =>
      batch(
        Array.from({ length: 600 }, (_, i) =>
          click(part * 600 + i + 1, { visitor: i, linkId: 1 + (i % 4), referrer: `site${i}.example` }),
        ),
      ),
    );
    const ingester = store();
    const contents = batches.map(encodeBatch);
    await harness.run(() =>
      ingester.grouped(async () => {
        for (const content of contents)
          await ingester.ingest(content, createHash('sha256').update(content).digest('hex'));
      }),
    );
    expect(rows()).toBe(1800);
    expect(sum('rollup_15m', 'clicks', 'link_id = 0')).toBe(1800);
    expect(sum('link_stats', 'clicks')).toBe(1800);
    expect(one('SELECT watermark, committed FROM ingest_edges')).toEqual({ watermark: 1800, committed: 1800 });
    const grouped = harness.sqlite.query('SELECT * FROM rollup_hour ORDER BY hour, link_id, value_id').all();
    harness.close();
    harness = createSqliteHarness({ now: () => now });
    for (let id = 1; id <= 5; id++) addLink(id, id === 5 ? null : 7);
    const single = store();
    for (const each of batches) await ingest(single, each);
    expect(harness.sqlite.query('SELECT * FROM rollup_hour ORDER BY hour, link_id, value_id').all()).toEqual(grouped);
  });

  test('counts a dead letter as dead, once, and goes on behind it', async () => {
    const letter = { edgeId: EDGE, firstSeq: 1, lastSeq: 4, reason: 'refused', content: '{}' };
    await harness.run(() => store().deadLetter(letter));
    await harness.run(() => store().deadLetter(letter));
    expect(one<{ n: number }>('SELECT count(*) AS n FROM dead_letters').n).toBe(1);
    await ingest(store(), batch([click(5)]));
    expect(one('SELECT watermark, committed, dead FROM ingest_edges')).toEqual({ watermark: 5, committed: 1, dead: 4 });
  });

  test('refuses content that no edge sealed', async () => {
    await expect(harness.run(() => store().ingest('{"v":2}', 'x'))).rejects.toThrow('unknown batch version');
    expect(rows()).toBe(0);
  });

  test('takes of a batch cut anew only what it does not have', async () => {
    await ingest(store(), batch([click(1), click(2), click(3)]));
    const outcome = await ingest(store(), batch([click(2), click(3), click(4), click(5)]));
    expect(outcome).toMatchObject({ result: 'committed', committed: 2 });
    expect(rows()).toBe(5);
    expect(one('SELECT watermark, committed FROM ingest_edges')).toEqual({ watermark: 5, committed: 5 });
  });

  test('accepts batches out of order and closes the gap', async () => {
    await ingest(store(), batch([click(3), click(4)]));
    expect(one('SELECT watermark FROM ingest_edges')).toEqual({ watermark: 0 });
    await ingest(store(), batch([click(1), click(2)]));
    expect(one('SELECT watermark, committed FROM ingest_edges')).toEqual({ watermark: 4, committed: 4 });
  });

  test('discards clicks of deleted and unknown links and counts unreadable ones as dead', async () => {
    harness.sqlite.run('UPDATE links SET deleted_at = 1 WHERE id = 2');
    const sealed = batch([click(1), click(2, { linkId: 2 }), click(4, { linkId: 999 })], { lastSeq: 5, unreadable: 2 });
    expect(await ingest(store(), sealed)).toMatchObject({ committed: 1, discarded: 2, dead: 2 });
    expect(one('SELECT watermark, committed, discarded, dead FROM ingest_edges')).toEqual({
      watermark: 5,
      committed: 1,
      discarded: 2,
      dead: 2,
    });
  });

  test('takes the present for a time more than five minutes ahead and keeps the original', async () => {
    await ingest(store(), batch([click(1, { at: NOW + 4 * 60_000 }), click(2, { at: NOW + DAY_MS })]));
    expect(harness.sqlite.query('SELECT at, original_at FROM clicks ORDER BY id').all()).toEqual([
      { at: NOW + 4 * 60_000, original_at: null },
      { at: NOW, original_at: NOW + DAY_MS },
    ]);
  });

  test('tells first visits of the day for each link and for all links, human ones apart', async () => {
    await ingest(
      store(),
      batch([
        click(1, { quality: 'prefetch', reason: 'header:sec-purpose' }),
        click(2),
        click(3, { linkId: 2 }),
        click(4, { at: NOW - DAY_MS }),
        click(5),
      ]),
    );
    const flags = harness.sqlite.query('SELECT first_seen FROM clicks ORDER BY id').all() as { first_seen: number }[];
    expect(flags.map(({ first_seen }) => first_seen)).toEqual([1 | 4, 2 | 8, 1 | 2, 15, 0]);
  });

  test('knows visitors again after their notes were merged, and after a restart', async () => {
    const visitors = Array.from({ length: 70_000 }, (_, i) => i * 65_537);
    const ingester = store();
    for (let at = 0; at < visitors.length; at += 1000) {
      await ingest(ingester, batch(visitors.slice(at, at + 1000).map((visitor, i) => click(at + i + 1, { visitor }))));
    }
    expect(sum('rollup_15m', 'visitors', 'link_id = 1')).toBe(70_000);
    expect(one<{ n: number }>('SELECT count(*) AS n FROM visitors_seen').n).toBeGreaterThan(60_000);
    const again = (from: number) => batch(visitors.slice(0, 1000).map((visitor, i) => click(from + i, { visitor })));
    await ingest(ingester, again(70_001));
    await ingest(store(), again(71_001));
    const late = visitors.slice(-1000).map((visitor, i) => click(72_001 + i, { visitor }));
    await ingest(store(), batch(late));
    expect(sum('rollup_15m', 'visitors', 'link_id = 1')).toBe(70_000);
    expect(sum('rollup_15m', 'visitors', 'link_id = 0')).toBe(70_000);
  }, 30_000);

  test('keeps a share of the rows and counts all of them', async () => {
    const clicks = Array.from({ length: 400 }, (_, i) => click(i + 1, { visitor: i }));
    await ingest(store({ sampleRate: 0.25 }), batch(clicks));
    expect(rows()).toBeGreaterThan(60);
    expect(rows()).toBeLessThan(140);
    expect(sum('rollup_15m', 'clicks', 'link_id = 0')).toBe(400);
    expect(one('SELECT clicks, click_rows FROM link_stats')).toEqual({ clicks: 400, click_rows: rows() });
  });

  test('counts values beyond a thousand a day together', async () => {
    const clicks = Array.from({ length: 1500 }, (_, i) => click(i + 1, { referrer: `site${i}.example`, visitor: i }));
    const ingester = store();
    await ingest(ingester, batch(clicks.slice(0, 700)));
    await ingest(ingester, batch(clicks.slice(700)));
    const named = harness.sqlite
      .query(`SELECT v.value, sum(r.clicks) AS n FROM rollup_hour r JOIN dimension_values v ON v.id = r.value_id
              WHERE r.link_id = 1 AND v.dimension = 8 GROUP BY v.value`)
      .all() as { value: string; n: number }[];
    expect(named.length).toBe(1001);
    expect(named.find(({ value }) => value === '(other)')?.n).toBe(500);
  });

  test('adds late clicks to the day tier where that is complete', async () => {
    await ingest(store({ late: true }), batch([click(1), click(2)]));
    expect(sum('rollup_day', 'clicks', 'link_id = 1')).toBe(sum('rollup_hour', 'clicks', 'link_id = 1'));
  });

  test('leaves nothing behind when the transaction fails, and counts right afterwards', async () => {
    const ingester = store();
    await ingest(ingester, batch([click(1)]));
    const content = encodeBatch(batch([click(2, { country: 'SE', visitor: 9 })]));
    await expect(
      harness.run(async () => {
        await ingester.ingest(content, 'x');
        throw new Error('power is out');
      }),
    ).rejects.toThrow('power is out');
    ingester.rolledBack();
    expect(rows()).toBe(1);
    await expect(ingest(ingester, batch([click(2, { country: 'SE', visitor: 9 })]))).resolves.toMatchObject({
      committed: 1,
    });
    expect(sum('rollup_15m', 'visitors', 'link_id = 1')).toBe(2);
    expect(one<{ n: number }>("SELECT count(*) AS n FROM dimension_values WHERE value = 'SE'").n).toBe(1);
  });

  test('agrees with a recount for any clicks in any batches', async () => {
    const anyClick = fc.record({
      linkId: fc.integer({ min: 1, max: 5 }),
      at: fc.integer({ min: NOW - 2 * DAY_MS, max: NOW }),
      country: fc.constantFrom('', 'DE', 'FR', 'SE'),
      browser: fc.constantFrom('', 'Firefox', 'Chrome'),
      quality: fc.constantFrom(...QUALITIES),
      visitor: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyClick, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }),
        async (groups) => {
          harness.close();
          harness = createSqliteHarness({ now: () => now });
          for (let id = 1; id <= 5; id++) addLink(id, null);
          const ingester = store();
          let seq = 1;
          for (const group of groups)
            await ingest(ingester, batch(group.map((fields) => click(seq++, { ...fields, reason: '' }))));
          const all = groups.flat();
          for (const linkId of [1, 2, 3, 4, 5]) {
            const own = all.filter((fields) => fields.linkId === linkId);
            const human = own.filter(({ quality }) => quality === 'human');
            const visitorDays = (list: typeof own) =>
              new Set(list.map(({ at, visitor }) => `${Math.floor(at / DAY_MS)}:${visitor}`)).size;
            expect(sum('rollup_15m', 'clicks', `link_id = ${linkId}`)).toBe(own.length);
            expect(sum('rollup_15m', 'human_clicks', `link_id = ${linkId}`)).toBe(human.length);
            expect(sum('rollup_15m', 'visitors', `link_id = ${linkId}`)).toBe(visitorDays(own));
            expect(sum('rollup_15m', 'human_visitors', `link_id = ${linkId}`)).toBe(visitorDays(human));
            const german = own.filter(({ country }) => country === 'DE');
            const hours = new Set(german.map(({ at }) => Math.floor(at / HOUR_MS)));
            const where = `link_id = ${linkId} AND value_id = (SELECT id FROM dimension_values WHERE dimension = 2 AND value = 'DE')`;
            expect(sum('rollup_hour', 'clicks', where)).toBe(german.length);
            expect(one<{ n: number }>(`SELECT count(*) AS n FROM rollup_hour WHERE ${where}`).n).toBe(hours.size);
          }
          expect(sum('rollup_15m', 'clicks', 'link_id = 0')).toBe(all.length);
        },
      ),
      { numRuns: 20 },
    );
  }, 30_000);
});
