import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { QUALITIES } from '@waymark/contract';
import fc from 'fast-check';
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import { createIngestDatabase, type IngestDatabase } from '../conformance/postgres-ingest-database.ts';
import { sealed, TEST_EDGE, TEST_NOW, testBatch, testClick } from '../conformance/test-clicks.ts';
import { PostgresIngestStore } from './ingest-store.ts';

let db: IngestDatabase;
beforeAll(async () => {
  db = await createIngestDatabase();
  await db.addLinks([1, 2, 3, 4, 5].map((id) => ({ id, ownerId: id === 5 ? null : 7 })));
});
beforeEach(async () => {
  await db.clear();
  await db.pool.query('UPDATE links SET deleted_at = NULL');
});
afterAll(() => db.close());

const store = (options: { sampleRate?: number } = {}) =>
  new PostgresIngestStore(db.pool, { now: () => TEST_NOW, sampleRate: options.sampleRate ?? 1 });

const ingest = (ingester: PostgresIngestStore, batch: ReturnType<typeof testBatch>) => {
  const { content, hash } = sealed(batch);
  return ingester.ingest(content, hash);
};

const rows = () => db.count('clicks');
const counter = (kind: string, key: string) => db.sum('counters', 'n', `kind = '${kind}' AND key = '${key}'`);

describe('ingest', () => {
  test('keeps a batch as rows, rollups, totals and counters', async () => {
    const outcome = await ingest(
      store(),
      testBatch([
        testClick(1),
        testClick(2, { visitor: 2 }),
        testClick(3, { linkId: 2, quality: 'bot', reason: 'user-agent:missing' }),
      ]),
    );
    expect(outcome).toMatchObject({ result: 'committed', committed: 3, discarded: 0, dead: 0 });
    expect(outcome.eventIds[1] - outcome.eventIds[0]).toBe(2);
    expect(await rows()).toBe(3);
    expect(
      await db.one('SELECT clicks, human_clicks, click_rows, last_click_at FROM link_stats WHERE link_id = 1'),
    ).toEqual({
      clicks: 2,
      human_clicks: 2,
      click_rows: 2,
      last_click_at: TEST_NOW - 1000,
    });
    expect(
      await db.one('SELECT clicks, human_clicks, visitors, human_visitors FROM rollup_15m WHERE link_id = 0'),
    ).toEqual({
      clicks: 3,
      human_clicks: 2,
      visitors: 2,
      human_visitors: 2,
    });
    expect(await counter('events', '')).toBe(3);
    expect(await counter('events_by_type', 'click')).toBe(3);
    expect(await counter('events_by_user', '7')).toBe(3);
  });

  test('writes each value of a click where it belongs', async () => {
    const words = {
      country: 'US',
      region: 'CA',
      city: 'Oakland',
      device: 'phone',
      browser: 'Chrome',
      os: 'Android',
      referrer: 'a.example',
      utmSource: 's',
      utmMedium: 'm',
      utmCampaign: 'c',
      utmTerm: 't',
      utmContent: 'n',
      language: 'en',
      quality: 'bot',
      reason: 'agent',
    } as const;
    await ingest(store(), testBatch([testClick(1, { ...words, visitor: 2 ** 52 - 1, urlVersion: 3 })]));
    const columns = Object.keys(words).map((field) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
    const values = columns.map(
      (column) => `(SELECT value FROM dimension_values v WHERE v.id = c.${column}) AS ${column}`,
    );
    expect(await db.one(`SELECT ${values.join(', ')}, url_version, visitor, user_id FROM clicks c`)).toEqual({
      ...Object.fromEntries(columns.map((column, n) => [column, Object.values(words)[n]])),
      url_version: 3,
      visitor: 2 ** 52 - 1,
      user_id: 7,
    });
  });

  test('takes values that PostgreSQL has no text for', async () => {
    await ingest(store(), testBatch([testClick(1, { utmSource: 'a\0b', utmTerm: 'x\ud800' })]));
    expect(await rows()).toBe(1);
  });

  test('counts a batch once however often it comes', async () => {
    const ingester = store();
    const batch = testBatch([testClick(1), testClick(2)]);
    await ingest(ingester, batch);
    expect((await ingest(ingester, batch)).result).toBe('already_committed');
    expect((await ingest(store(), batch)).result).toBe('already_committed');
    expect(await rows()).toBe(2);
    expect(await db.sum('rollup_15m', 'clicks', 'link_id = 0')).toBe(2);
  });

  test('counts a batch once that is in its group twice', async () => {
    const batch = sealed(testBatch([testClick(1), testClick(2)]));
    const other = sealed(testBatch([testClick(1), testClick(2, { country: 'FR' })]));
    const outcomes = await store().ingestAll([batch, batch, other]);
    expect(outcomes.map(({ result }) => result).sort()).toEqual(['already_committed', 'committed', 'conflict']);
    expect(await rows()).toBe(2);
    expect(await db.count('dead_letters')).toBe(1);
  });

  test('puts the same range with other content aside and says so', async () => {
    await ingest(store(), testBatch([testClick(1), testClick(2)]));
    const other = testBatch([testClick(1), testClick(2, { country: 'FR' })]);
    expect(await ingest(store(), other)).toMatchObject({ result: 'conflict', committed: 0, dead: 0 });
    await ingest(store(), other);
    expect(await rows()).toBe(2);
    expect(await db.count('dead_letters')).toBe(1);
    expect(await db.one('SELECT watermark, committed, dead FROM ingest_edges')).toEqual({
      watermark: 2,
      committed: 2,
      dead: 0,
    });
  });

  test('counts several batches of one transaction as it counts them one by one', async () => {
    const batches = [0, 1, 2].map((part) =>
      testBatch(
        Array.from({ length: 600 }, (_, i) =>
          testClick(part * 600 + i + 1, { visitor: i, linkId: 1 + (i % 4), referrer: `site${i}.example` }),
        ),
      ),
    );
    const rollups = () =>
      db.rows(`SELECT hour, link_id, value_id, sum(clicks), sum(visitors), sum(human_clicks), sum(human_visitors)
               FROM rollup_hour GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`);
    await store().ingestAll(batches.map(sealed));
    expect(await rows()).toBe(1800);
    expect(await db.sum('rollup_15m', 'clicks', 'link_id = 0')).toBe(1800);
    expect(await db.sum('link_stats', 'clicks')).toBe(1800);
    expect(await db.one('SELECT watermark, committed FROM ingest_edges')).toEqual({ watermark: 1800, committed: 1800 });
    const grouped = await rollups();
    await db.clear();
    const single = store();
    for (const each of batches) await ingest(single, each);
    expect(await rollups()).toEqual(grouped);
  });

  test('numbers the clicks of each batch in a row, ascending through the group', async () => {
    const outcomes = await store().ingestAll([
      sealed(testBatch([testClick(1), testClick(2)])),
      sealed(testBatch([testClick(3, { linkId: 999 })])),
      sealed(testBatch([testClick(4), testClick(5), testClick(6)])),
    ]);
    const [first] = outcomes[0]?.eventIds ?? [0, 0];
    expect(outcomes.map(({ eventIds }) => eventIds)).toEqual([
      [first, first + 1],
      [0, 0],
      [first + 2, first + 4],
    ]);
  });

  test('counts a dead letter as dead, once, and goes on behind it', async () => {
    const letter = { edgeId: TEST_EDGE, firstSeq: 1, lastSeq: 4, reason: 'refused', content: '{}' };
    await store().deadLetter(letter);
    await store().deadLetter(letter);
    expect(await db.count('dead_letters')).toBe(1);
    await ingest(store(), testBatch([testClick(5)]));
    expect(await store().progress()).toEqual([
      { edgeId: TEST_EDGE, watermark: 5, committed: 1, discarded: 0, dead: 4 },
    ]);
  });

  test('counts of a dead letter only what no batch has', async () => {
    await ingest(store(), testBatch([testClick(1), testClick(2)]));
    await ingest(store(), testBatch([testClick(5), testClick(6)]));
    await store().deadLetter({ edgeId: TEST_EDGE, firstSeq: 2, lastSeq: 8, reason: 'refused', content: '{}' });
    expect(await db.one('SELECT watermark, committed, dead FROM ingest_edges')).toEqual({
      watermark: 8,
      committed: 4,
      dead: 4,
    });
  });

  test('refuses content that no edge sealed', async () => {
    await expect(store().ingest('{"v":2}', 'x')).rejects.toThrow('unknown batch version');
    expect(await rows()).toBe(0);
  });

  test('takes of a batch cut anew only what it does not have', async () => {
    await ingest(store(), testBatch([testClick(1), testClick(2), testClick(3)]));
    const outcome = await ingest(store(), testBatch([testClick(2), testClick(3), testClick(4), testClick(5)]));
    expect(outcome).toMatchObject({ result: 'committed', committed: 2 });
    expect(await rows()).toBe(5);
    expect(await db.one('SELECT watermark, committed FROM ingest_edges')).toEqual({ watermark: 5, committed: 5 });
  });

  test('takes of a batch cut anew what lies between ranges above the watermark', async () => {
    await ingest(store(), testBatch([testClick(3), testClick(4)]));
    const outcome = await ingest(store(), testBatch([1, 2, 3, 4, 5, 6].map((seq) => testClick(seq))));
    expect(outcome).toMatchObject({ result: 'committed', committed: 4, dead: 0 });
    expect(await db.one('SELECT watermark, committed FROM ingest_edges')).toEqual({ watermark: 6, committed: 6 });
  });

  test('knows what lies below the watermark when its batches are forgotten', async () => {
    await ingest(store(), testBatch([testClick(1), testClick(2)]));
    await ingest(store(), testBatch([testClick(3), testClick(4)]));
    await db.pool.query('DELETE FROM ingest_batches');
    expect((await ingest(store(), testBatch([testClick(1), testClick(2)]))).result).toBe('already_committed');
    expect(await ingest(store(), testBatch([testClick(4), testClick(5)]))).toMatchObject({ committed: 1 });
    expect(await db.rows('SELECT first_seq, last_seq FROM ingest_batches')).toEqual([{ first_seq: 5, last_seq: 5 }]);
    expect(await db.one('SELECT watermark, committed FROM ingest_edges')).toEqual({ watermark: 5, committed: 5 });
  });

  test('accepts batches out of order and closes the gap', async () => {
    await ingest(store(), testBatch([testClick(3), testClick(4)]));
    await ingest(store(), testBatch([testClick(7)]));
    expect(await db.one('SELECT watermark FROM ingest_edges')).toEqual({ watermark: 0 });
    await ingest(store(), testBatch([testClick(1), testClick(2)]));
    expect(await db.one('SELECT watermark FROM ingest_edges')).toEqual({ watermark: 4 });
    await ingest(store(), testBatch([testClick(5), testClick(6)]));
    expect(await db.one('SELECT watermark, committed FROM ingest_edges')).toEqual({ watermark: 7, committed: 7 });
  });

  test('discards clicks of deleted and unknown links and counts unreadable ones as dead', async () => {
    await db.pool.query('UPDATE links SET deleted_at = 1 WHERE id = 2');
    const batch = testBatch([testClick(1), testClick(2, { linkId: 2 }), testClick(4, { linkId: 999 })], {
      lastSeq: 5,
      unreadable: 2,
    });
    expect(await ingest(store(), batch)).toMatchObject({ committed: 1, discarded: 2, dead: 2 });
    expect(await store().progress()).toEqual([
      { edgeId: TEST_EDGE, watermark: 5, committed: 1, discarded: 2, dead: 2 },
    ]);
  });

  test('takes the present for a time more than five minutes ahead and keeps the original', async () => {
    const batch = testBatch([testClick(1, { at: TEST_NOW + 4 * 60_000 }), testClick(2, { at: TEST_NOW + DAY_MS })]);
    await ingest(store(), batch);
    expect(await db.rows('SELECT at, original_at FROM clicks ORDER BY id')).toEqual([
      { at: TEST_NOW + 4 * 60_000, original_at: null },
      { at: TEST_NOW, original_at: TEST_NOW + DAY_MS },
    ]);
  });

  test('tells first visits of the day for each link and for all links, human ones apart', async () => {
    const clicks = [
      testClick(1, { quality: 'prefetch', reason: 'header:sec-purpose' }),
      testClick(2),
      testClick(3, { linkId: 2 }),
      testClick(4, { at: TEST_NOW - DAY_MS }),
      testClick(5),
    ];
    const flags = async () =>
      (await db.rows<{ first_seen: number }>('SELECT first_seen FROM clicks ORDER BY id')).map((row) => row.first_seen);
    await ingest(store(), testBatch(clicks));
    expect(await flags()).toEqual([1 | 4, 2 | 8, 1 | 2, 15, 0]);
    await db.clear();
    for (const click of clicks) await ingest(store(), testBatch([click]));
    expect(await flags()).toEqual([1 | 4, 2 | 8, 1 | 2, 15, 0]);
  });

  test('keeps a share of the rows and counts all of them', async () => {
    const clicks = Array.from({ length: 400 }, (_, i) => testClick(i + 1, { visitor: i }));
    await ingest(store({ sampleRate: 0.25 }), testBatch(clicks));
    const kept = await rows();
    expect(kept).toBeGreaterThan(60);
    expect(kept).toBeLessThan(140);
    expect(await db.sum('rollup_15m', 'clicks', 'link_id = 0')).toBe(400);
    expect(await db.one('SELECT clicks, click_rows FROM link_stats')).toEqual({ clicks: 400, click_rows: kept });
    expect(await counter('events', '')).toBe(kept);
  });

  test('counts values beyond a thousand a day together', async () => {
    const clicks = Array.from({ length: 1500 }, (_, i) =>
      testClick(i + 1, { referrer: `site${i}.example`, visitor: i }),
    );
    const ingester = store();
    await ingest(ingester, testBatch(clicks.slice(0, 700)));
    await ingest(ingester, testBatch(clicks.slice(700)));
    const late = Array.from({ length: 60 }, (_, i) => testClick(1501 + i, { referrer: `late${i}.example` }));
    await ingest(store(), testBatch(late));
    const named = await db.rows<{ value: string; n: number }>(
      `SELECT v.value, sum(r.clicks) AS n FROM rollup_hour r JOIN dimension_values v ON v.id = r.value_id
       WHERE r.link_id = 1 AND v.dimension = 8 GROUP BY v.value`,
    );
    expect(named.length).toBe(1001);
    expect(named.find(({ value }) => value === '(other)')?.n).toBe(560);
  });

  test('adds late clicks to the day tier up to its border', async () => {
    await db.pool.query('UPDATE rollup_tiers SET late_before = $1', [Math.floor(TEST_NOW / DAY_MS)]);
    await ingest(store(), testBatch([testClick(1), testClick(2, { at: TEST_NOW - DAY_MS })]));
    expect(await db.sum('rollup_day', 'clicks', 'link_id = 1')).toBe(
      await db.sum('rollup_hour', 'clicks', `link_id = 1 AND hour < ${Math.floor(TEST_NOW / DAY_MS) * 24}`),
    );
  });

  test('makes one salt for a day, whoever asks, and none for a day that is over', async () => {
    const today = Math.floor(TEST_NOW / DAY_MS);
    const salts = await Promise.all([store().salt(today), store().salt(today), store().salt(today + 1)]);
    expect(salts[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(salts[1]).toBe(salts[0] as string);
    expect(salts[2]).not.toBe(salts[0]);
    expect(await store().salt(today - 3)).toBeNull();
  });

  test('agrees with a recount for any clicks in any batches', async () => {
    const anyClick = fc.record({
      linkId: fc.integer({ min: 1, max: 5 }),
      at: fc.integer({ min: TEST_NOW - 2 * DAY_MS, max: TEST_NOW }),
      country: fc.constantFrom('', 'DE', 'FR', 'SE'),
      browser: fc.constantFrom('', 'Firefox', 'Chrome'),
      quality: fc.constantFrom(...QUALITIES),
      visitor: fc.integer({ min: 1, max: 4 }),
    });
    const anyGroups = fc.array(fc.array(anyClick, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(anyGroups, fc.boolean(), async (groups, together) => {
        await db.clear();
        const ingester = store();
        let seq = 1;
        const batches = groups.map((group) =>
          sealed(testBatch(group.map((fields) => testClick(seq++, { ...fields, reason: '' })))),
        );
        if (together) await ingester.ingestAll(batches);
        else for (const { content, hash } of batches) await ingester.ingest(content, hash);
        const all = groups.flat();
        for (const linkId of [1, 2, 3, 4, 5]) {
          const own = all.filter((fields) => fields.linkId === linkId);
          const human = own.filter(({ quality }) => quality === 'human');
          const visitorDays = (list: typeof own) =>
            new Set(list.map(({ at, visitor }) => `${Math.floor(at / DAY_MS)}:${visitor}`)).size;
          expect(
            await db.one(
              `SELECT coalesce(sum(clicks), 0)::int8 AS clicks, coalesce(sum(human_clicks), 0)::int8 AS human,
                 coalesce(sum(visitors), 0)::int8 AS visitors, coalesce(sum(human_visitors), 0)::int8 AS humans
               FROM rollup_15m WHERE link_id = $1`,
              [linkId],
            ),
          ).toEqual({
            clicks: own.length,
            human: human.length,
            visitors: visitorDays(own),
            humans: visitorDays(human),
          });
          const german = own.filter(({ country }) => country === 'DE');
          const hours = new Set(german.map(({ at }) => Math.floor(at / HOUR_MS)));
          const where = `link_id = ${linkId} AND value_id = (SELECT id FROM dimension_values WHERE dimension = 2 AND value = 'DE')`;
          expect(await db.sum('rollup_hour', 'clicks', where)).toBe(german.length);
          expect(await db.one(`SELECT count(DISTINCT hour) AS n FROM rollup_hour WHERE ${where}`)).toEqual({
            n: hours.size,
          });
        }
        expect(await db.sum('rollup_15m', 'clicks', 'link_id = 0')).toBe(all.length);
      }),
      { numRuns: 20 },
    );
  }, 60_000);
});
