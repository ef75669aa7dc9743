import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { QUALITIES } from '@waymark/contract';
import fc from 'fast-check';
import type { ClickBatch } from '../../clicks/batch.ts';
import type { GroupIngestPort } from '../../clicks/ingest.ts';
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import { sealed, TEST_EDGE, TEST_NOW, testBatch, testClick } from './test-clicks.ts';

/** A database with links 1 to 5, of which 1 to 4 belong to user 7, at TEST_NOW. */
export interface IngestSubject {
  /** A worker of its own: what it holds in memory begins empty. */
  worker(options?: { sampleRate?: number }): GroupIngestPort;
  /** Moves the border before which what is added to hours is added to days too, to that UTC day. */
  lateBefore(day: number): Promise<void>;
  rows<T>(sql: string): Promise<T[]>;
  /** What has the hours of links by value, as rows. */
  hours: string;
  /** Empties it of all that ingest writes. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** What ingest means, whichever database it writes. */
export function ingestConformance(name: string, make: () => Promise<IngestSubject>): void {
  describe(`ingest into ${name}`, () => {
    let subject: IngestSubject;
    beforeAll(async () => {
      subject = await make();
    });
    beforeEach(() => subject.clear());
    afterAll(() => subject.close());

    const ingest = (worker: GroupIngestPort, batch: ClickBatch) => {
      const { content, hash } = sealed(batch);
      return worker.ingest(content, hash);
    };
    const one = async <T>(sql: string) => (await subject.rows<T>(sql))[0] as T;
    const count = async (table: string) => (await one<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)).n;
    const sum = async (table: string, column: string, where = '1 = 1') =>
      (await one<{ n: number }>(`SELECT coalesce(sum(${column}), 0) AS n FROM ${table} WHERE ${where}`)).n;
    const edge = async () => (await subject.worker().progress())[0];

    test('keeps a batch as rows, rollups, totals and counters', async () => {
      const outcome = await ingest(
        subject.worker(),
        testBatch([
          testClick(1),
          testClick(2, { visitor: 2 }),
          testClick(3, { linkId: 2, quality: 'bot', reason: 'user-agent:missing' }),
        ]),
      );
      expect(outcome).toMatchObject({ result: 'committed', committed: 3, discarded: 0, dead: 0 });
      expect(outcome.eventIds[1] - outcome.eventIds[0]).toBe(2);
      expect(await count('clicks')).toBe(3);
      expect(
        await one('SELECT clicks, human_clicks, click_rows, last_click_at FROM link_stats WHERE link_id = 1'),
      ).toEqual({ clicks: 2, human_clicks: 2, click_rows: 2, last_click_at: TEST_NOW - 1000 });
      expect(
        await one('SELECT clicks, human_clicks, visitors, human_visitors FROM rollup_15m WHERE link_id = 0'),
      ).toEqual({ clicks: 3, human_clicks: 2, visitors: 2, human_visitors: 2 });
      expect(await sum('counters', 'n', `kind = 'events_by_type' AND key = 'click'`)).toBe(3);
      expect(await sum('counters', 'n', `kind = 'events_by_user' AND key = '7'`)).toBe(3);
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
      await ingest(subject.worker(), testBatch([testClick(1, { ...words, visitor: 2 ** 52 - 1, urlVersion: 3 })]));
      const columns = Object.keys(words).map((field) =>
        field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      );
      const value = (column: string) => `(SELECT value FROM dimension_values v WHERE v.id = c.${column}) AS ${column}`;
      expect(await one(`SELECT ${columns.map(value).join(', ')}, url_version, visitor, user_id FROM clicks c`)).toEqual(
        {
          ...Object.fromEntries(columns.map((column, n) => [column, Object.values(words)[n]])),
          url_version: 3,
          visitor: 2 ** 52 - 1,
          user_id: 7,
        },
      );
    });

    test('counts a batch once however often it comes', async () => {
      const worker = subject.worker();
      const batch = testBatch([testClick(1), testClick(2)]);
      await ingest(worker, batch);
      expect((await ingest(worker, batch)).result).toBe('already_committed');
      expect((await ingest(subject.worker(), batch)).result).toBe('already_committed');
      expect(await count('clicks')).toBe(2);
      expect(await sum('rollup_15m', 'clicks', 'link_id = 0')).toBe(2);
    });

    test('puts the same range with other content aside and says so', async () => {
      await ingest(subject.worker(), testBatch([testClick(1), testClick(2)]));
      const other = testBatch([testClick(1), testClick(2, { country: 'FR' })]);
      expect(await ingest(subject.worker(), other)).toMatchObject({ result: 'conflict', committed: 0, dead: 0 });
      await ingest(subject.worker(), other);
      expect(await count('clicks')).toBe(2);
      expect(await count('dead_letters')).toBe(1);
      expect(await edge()).toEqual({ edgeId: TEST_EDGE, watermark: 2, committed: 2, discarded: 0, dead: 0 });
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
        subject.rows(`SELECT r.hour, r.link_id, v.dimension, v.value, sum(r.clicks) AS clicks, sum(r.visitors) AS visitors,
            sum(r.human_clicks) AS human_clicks, sum(r.human_visitors) AS human_visitors
          FROM ${subject.hours} r JOIN dimension_values v ON v.id = r.value_id GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`);
      await subject.worker().ingestAll(batches.map(sealed));
      expect(await count('clicks')).toBe(1800);
      expect(await sum('rollup_15m', 'clicks', 'link_id = 0')).toBe(1800);
      expect(await sum('link_stats', 'clicks')).toBe(1800);
      expect(await edge()).toMatchObject({ watermark: 1800, committed: 1800 });
      const grouped = await rollups();
      await subject.clear();
      const single = subject.worker();
      for (const each of batches) await ingest(single, each);
      expect(await rollups()).toEqual(grouped);
    });

    test('counts a dead letter as dead, once, and goes on behind it', async () => {
      const letter = { edgeId: TEST_EDGE, firstSeq: 1, lastSeq: 4, reason: 'refused', content: '{}' };
      await subject.worker().deadLetter(letter);
      await subject.worker().deadLetter(letter);
      expect(await count('dead_letters')).toBe(1);
      await ingest(subject.worker(), testBatch([testClick(5)]));
      expect(await edge()).toEqual({ edgeId: TEST_EDGE, watermark: 5, committed: 1, discarded: 0, dead: 4 });
    });

    test('refuses content that no edge sealed', async () => {
      await expect(subject.worker().ingest('{"v":2}', 'x')).rejects.toThrow('unknown batch version');
      expect(await count('clicks')).toBe(0);
    });

    test('takes of a batch cut anew only what it does not have', async () => {
      await ingest(subject.worker(), testBatch([testClick(1), testClick(2), testClick(3)]));
      const again = testBatch([testClick(2), testClick(3), testClick(4), testClick(5)]);
      expect(await ingest(subject.worker(), again)).toMatchObject({ result: 'committed', committed: 2 });
      expect(await count('clicks')).toBe(5);
      expect(await edge()).toMatchObject({ watermark: 5, committed: 5 });
    });

    test('accepts batches out of order and closes the gap', async () => {
      await ingest(subject.worker(), testBatch([testClick(3), testClick(4)]));
      await ingest(subject.worker(), testBatch([testClick(7)]));
      expect(await edge()).toMatchObject({ watermark: 0 });
      await ingest(subject.worker(), testBatch([testClick(1), testClick(2)]));
      expect(await edge()).toMatchObject({ watermark: 4 });
      await ingest(subject.worker(), testBatch([testClick(5), testClick(6)]));
      expect(await edge()).toMatchObject({ watermark: 7, committed: 7 });
    });

    test('discards clicks of deleted and unknown links and counts unreadable ones as dead', async () => {
      await subject.rows('UPDATE links SET deleted_at = 1 WHERE id = 2');
      const clicks = [testClick(1), testClick(2, { linkId: 2 }), testClick(4, { linkId: 999 })];
      const batch = testBatch(clicks, { lastSeq: 5, unreadable: 2 });
      expect(await ingest(subject.worker(), batch)).toMatchObject({ committed: 1, discarded: 2, dead: 2 });
      expect(await edge()).toEqual({ edgeId: TEST_EDGE, watermark: 5, committed: 1, discarded: 2, dead: 2 });
    });

    test('takes the present for a time more than five minutes ahead and keeps the original', async () => {
      const clicks = [testClick(1, { at: TEST_NOW + 4 * 60_000 }), testClick(2, { at: TEST_NOW + DAY_MS })];
      await ingest(subject.worker(), testBatch(clicks));
      expect(await subject.rows('SELECT at, original_at FROM clicks ORDER BY id')).toEqual([
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
        (await subject.rows<{ first_seen: number }>('SELECT first_seen FROM clicks ORDER BY id')).map(
          (row) => row.first_seen,
        );
      await ingest(subject.worker(), testBatch(clicks));
      expect(await flags()).toEqual([1 | 4, 2 | 8, 1 | 2, 15, 0]);
      await subject.clear();
      for (const click of clicks) await ingest(subject.worker(), testBatch([click]));
      expect(await flags()).toEqual([1 | 4, 2 | 8, 1 | 2, 15, 0]);
    });

    test('keeps a share of the rows and counts all of them', async () => {
      const clicks = Array.from({ length: 400 }, (_, i) => testClick(i + 1, { visitor: i }));
      await ingest(subject.worker({ sampleRate: 0.25 }), testBatch(clicks));
      const kept = await count('clicks');
      expect(kept).toBeGreaterThan(60);
      expect(kept).toBeLessThan(140);
      expect(await sum('rollup_15m', 'clicks', 'link_id = 0')).toBe(400);
      expect(await one('SELECT clicks, click_rows FROM link_stats')).toEqual({ clicks: 400, click_rows: kept });
      expect(await sum('counters', 'n', `kind = 'events'`)).toBe(kept);
    });

    test('counts values beyond a thousand a day together', async () => {
      const clicks = Array.from({ length: 1500 }, (_, i) =>
        testClick(i + 1, { referrer: `site${i}.example`, visitor: i }),
      );
      const worker = subject.worker();
      await ingest(worker, testBatch(clicks.slice(0, 700)));
      await ingest(worker, testBatch(clicks.slice(700)));
      const late = Array.from({ length: 60 }, (_, i) => testClick(1501 + i, { referrer: `late${i}.example` }));
      await ingest(subject.worker(), testBatch(late));
      const named = await subject.rows<{ value: string; n: number }>(
        `SELECT v.value, sum(r.clicks) AS n FROM ${subject.hours} r JOIN dimension_values v ON v.id = r.value_id
         WHERE r.link_id = 1 AND v.dimension = 8 GROUP BY v.value`,
      );
      expect(named.length).toBe(1001);
      expect(named.find(({ value }) => value === '(other)')?.n).toBe(560);
    });

    test('counts values beyond a thousand a day together also where one transaction brings them', async () => {
      const batches = [0, 1].map((part) =>
        testBatch(
          Array.from({ length: 600 }, (_, i) => {
            const n = part * 600 + i;
            return testClick(n + 1, { referrer: `site${n}.example`, visitor: n });
          }),
        ),
      );
      await subject.worker().ingestAll(batches.map(sealed));
      const named = await subject.rows<{ value: string; n: number }>(
        `SELECT v.value, sum(r.clicks) AS n FROM ${subject.hours} r JOIN dimension_values v ON v.id = r.value_id
         WHERE r.link_id = 1 AND v.dimension = 8 GROUP BY v.value`,
      );
      expect(named.length).toBe(1001);
      expect(named.find(({ value }) => value === '(other)')?.n).toBe(200);
    });

    test('adds late clicks to the day tier up to its border', async () => {
      const today = Math.floor(TEST_NOW / DAY_MS);
      const clicks = [testClick(1), testClick(2, { at: TEST_NOW - DAY_MS })];
      await subject.lateBefore(today);
      await ingest(subject.worker(), testBatch(clicks));
      expect(await sum('rollup_day', 'clicks', 'link_id = 1')).toBeGreaterThan(0);
      expect(await sum('rollup_day', 'clicks', 'link_id = 1')).toBe(
        await sum(subject.hours, 'clicks', `link_id = 1 AND hour < ${today * 24}`),
      );
    });

    test('makes one salt for a day, whoever asks, and none for a day that is over', async () => {
      const today = Math.floor(TEST_NOW / DAY_MS);
      const salts = await Promise.all([0, 0, 1].map((ahead) => subject.worker().salt(today + ahead)));
      expect(salts[0]).toMatch(/^[0-9a-f]{32}$/);
      expect(salts[1]).toBe(salts[0] as string);
      expect(salts[2]).not.toBe(salts[0] as string);
      expect(await subject.worker().salt(today - 3)).toBeNull();
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
          await subject.clear();
          const worker = subject.worker();
          let seq = 1;
          const batches = groups.map((group) =>
            sealed(testBatch(group.map((fields) => testClick(seq++, { ...fields, reason: '' })))),
          );
          if (together) await worker.ingestAll(batches);
          else for (const { content, hash } of batches) await worker.ingest(content, hash);
          const all = groups.flat();
          for (const linkId of [1, 2, 3, 4, 5]) {
            const own = all.filter((fields) => fields.linkId === linkId);
            const human = own.filter(({ quality }) => quality === 'human');
            const visitorDays = (list: typeof own) =>
              new Set(list.map(({ at, visitor }) => `${Math.floor(at / DAY_MS)}:${visitor}`)).size;
            expect(await sum('rollup_15m', 'clicks', `link_id = ${linkId}`)).toBe(own.length);
            expect(await sum('rollup_15m', 'human_clicks', `link_id = ${linkId}`)).toBe(human.length);
            expect(await sum('rollup_15m', 'visitors', `link_id = ${linkId}`)).toBe(visitorDays(own));
            expect(await sum('rollup_15m', 'human_visitors', `link_id = ${linkId}`)).toBe(visitorDays(human));
            const german = own.filter(({ country }) => country === 'DE');
            const hours = new Set(german.map(({ at }) => Math.floor(at / HOUR_MS)));
            const where = `link_id = ${linkId} AND value_id = (SELECT id FROM dimension_values WHERE dimension = 2 AND value = 'DE')`;
            expect(await sum(subject.hours, 'clicks', where)).toBe(german.length);
            expect(await one(`SELECT count(DISTINCT hour) AS n FROM ${subject.hours} WHERE ${where}`)).toEqual({
              n: hours.size,
            });
          }
          expect(await sum('rollup_15m', 'clicks', 'link_id = 0')).toBe(all.length);
        }),
        { numRuns: 20 },
      );
    }, 60_000);
  });
}
