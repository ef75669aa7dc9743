import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { EnrichedClick } from '../../clicks/click.ts';
import type { IngestOutcome } from '../../clicks/ingest.ts';
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import { createIngestDatabase, type IngestDatabase } from '../conformance/postgres-ingest-database.ts';
import { sealed, TEST_EDGE, TEST_NOW, testBatch, testClick } from '../conformance/test-clicks.ts';
import { PostgresDayTier } from './day-tier.ts';
import { PostgresIngestStore } from './ingest-store.ts';
import { LOCKS } from './locks.ts';
import { openPool } from './pool.ts';
import { RollupMerge } from './rollup-merge.ts';

const LINKS = 8;
const OTHER_EDGE = 'f'.repeat(32);

let db: IngestDatabase;
beforeAll(async () => {
  db = await createIngestDatabase({ max: 20 });
  await db.addLinks(Array.from({ length: LINKS }, (_, n) => ({ id: n + 1, ownerId: n % 2 ? 7 : null })));
});
beforeEach(async () => {
  await db.clear();
  await db.pool.query('UPDATE links SET deleted_at = NULL');
});
afterAll(() => db.close());

const worker = (now = TEST_NOW) => new PostgresIngestStore(db.pool, { now: () => now, sampleRate: 1 });

/** The click of a seq: the same whoever seals it, as an edge's log has it. */
function clickOf(edgeId: string, seq: number, at = TEST_NOW - 1000): EnrichedClick {
  const n = seq + (edgeId === TEST_EDGE ? 0 : 100_000);
  const human = n % 4 !== 0;
  return testClick(seq, {
    at: at - (n % 3) * HOUR_MS,
    linkId: 1 + ((n * 7) % LINKS),
    visitor: (n * 13) % 11,
    country: ['DE', 'FR', ''][n % 3] as string,
    quality: human ? 'human' : 'bot',
    reason: human ? '' : 'agent',
  });
}

function batchOf(edgeId: string, first: number, last: number) {
  const clicks = Array.from({ length: last - first + 1 }, (_, n) => clickOf(edgeId, first + n));
  return sealed(testBatch(clicks, { edgeId }));
}

/** What any counting of these clicks, each once, has to come to. */
async function expectCounts(clicks: readonly EnrichedClick[]): Promise<void> {
  const distinct = (keys: string[]) => new Set(keys).size;
  const day = ({ at }: EnrichedClick) => Math.floor(at / DAY_MS);
  const human = clicks.filter(({ quality }) => quality === 'human');
  expect(await db.count('clicks')).toBe(clicks.length);
  expect(
    await db.one(`SELECT sum(clicks)::int8 AS clicks, sum(visitors)::int8 AS visitors, sum(human_clicks)::int8 AS human,
                  sum(human_visitors)::int8 AS humans FROM rollup_15m WHERE link_id = 0`),
  ).toEqual({
    clicks: clicks.length,
    visitors: distinct(clicks.map((click) => `${day(click)}:${click.visitor}`)),
    human: human.length,
    humans: distinct(human.map((click) => `${day(click)}:${click.visitor}`)),
  });
  expect(await db.sum('rollup_15m', 'visitors', 'link_id > 0')).toBe(
    distinct(clicks.map((click) => `${day(click)}:${click.linkId}:${click.visitor}`)),
  );
  const byLink = new Map<number, number>();
  for (const { linkId } of clicks) byLink.set(linkId, (byLink.get(linkId) ?? 0) + 1);
  const stats = await db.rows<{ link_id: number; clicks: number }>('SELECT link_id, clicks FROM link_stats ORDER BY 1');
  expect(stats.map(({ link_id, clicks }) => [link_id, clicks])).toEqual([...byLink].sort(([a], [b]) => a - b));
  expect(await db.sum('counters', 'n', `kind = 'events'`)).toBe(clicks.length);
  const german = clicks.filter(({ country }) => country === 'DE').length;
  const de = `(SELECT id FROM dimension_values WHERE dimension = 2 AND value = 'DE')`;
  expect(await db.sum('rollup_hour', 'clicks', `link_id = 0 AND value_id = ${de}`)).toBe(german);
}

describe('several workers', () => {
  test('any batches, sent again, cut anew and overlapping, to any workers at once, count every seq once', async () => {
    const range = fc
      .tuple(fc.constantFrom(TEST_EDGE, OTHER_EDGE), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 20 }))
      .map(([edgeId, first, length]) => ({ edgeId, first, last: first + length - 1 }));
    const groups = fc.array(fc.array(range, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(groups, fc.integer({ min: 1, max: 4 }), async (plan, workers) => {
        await db.clear();
        const stores = Array.from({ length: workers }, () => worker());
        const outcomes = (
          await Promise.all(
            plan.map((group, n) =>
              (stores[n % workers] as PostgresIngestStore).ingestAll(
                group.map(({ edgeId, first, last }) => batchOf(edgeId, first, last)),
              ),
            ),
          )
        ).flat();
        const seqs = new Map<string, EnrichedClick>();
        for (const { edgeId, first, last } of plan.flat())
          for (let seq = first; seq <= last; seq++) seqs.set(`${edgeId}:${seq}`, clickOf(edgeId, seq));
        await expectCounts([...seqs.values()]);
        const sum = (pick: (outcome: IngestOutcome) => number) => outcomes.reduce((total, one) => total + pick(one), 0);
        expect(sum(({ committed }) => committed)).toBe(seqs.size);
        expect(sum(({ dead, discarded }) => dead + discarded)).toBe(0);
        for (const { edgeId, watermark, committed } of await worker().progress()) {
          const own = [...seqs.keys()].filter((key) => key.startsWith(edgeId)).map((key) => Number(key.slice(33)));
          expect(committed).toBe(own.length);
          let contiguous = 0;
          while (seqs.has(`${edgeId}:${contiguous + 1}`)) contiguous++;
          expect(watermark).toBe(contiguous);
        }
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  test('a batch that many workers get at the same moment is committed by one', async () => {
    const group = [batchOf(TEST_EDGE, 1, 40), batchOf(TEST_EDGE, 41, 80)];
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => worker().ingestAll(group)));
    const results = outcomes.flat().map(({ result }) => result);
    expect(results.filter((result) => result === 'committed')).toHaveLength(2);
    expect(results.filter((result) => result === 'already_committed')).toHaveLength(14);
    expect(await db.count('clicks')).toBe(80);
  });

  test('a long run of workers over the same links, visitors and edges ends without a deadlock', async () => {
    const deadlocks = 'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()';
    const before = await db.one(deadlocks);
    const pool = openPool({ url: db.url, max: 8, statementMs: 30_000, name: 'long run' });
    const workers = Array.from(
      { length: 6 },
      () => new PostgresIngestStore(pool, { now: () => TEST_NOW, sampleRate: 1 }),
    );
    const batches = Array.from({ length: 120 }, (_, n) =>
      batchOf(n % 2 ? TEST_EDGE : OTHER_EDGE, 1 + n * 25, 25 + n * 25),
    );
    let next = 0;
    await Promise.all(
      workers.map(async (store, n) => {
        while (next < batches.length) {
          const from = next;
          next += 3;
          const group = batches.slice(Math.max(0, from - 1), from + 3);
          await store.ingestAll(n % 2 ? group : group.reverse());
        }
      }),
    );
    expect(await db.count('clicks')).toBe(120 * 25);
    expect(await db.sum('rollup_15m', 'clicks', 'link_id = 0')).toBe(120 * 25);
    // Sessions tell their deadlocks when they end.
    await pool.end();
    expect(await db.one(deadlocks)).toEqual(before);
  }, 60_000);

  test('ids of clicks ascend in the order in which they become visible', async () => {
    let isOver = false;
    const seen: number[] = [];
    const watch = async () => {
      let last = 0;
      while (!isOver) {
        const rows = await db.rows<{ id: number }>('SELECT id FROM clicks WHERE id > $1 ORDER BY id', [last]);
        seen.push(...rows.map(({ id }) => id));
        last = rows.at(-1)?.id ?? last;
      }
    };
    const watching = watch();
    await Promise.all(
      Array.from({ length: 12 }, (_, n) => worker().ingestAll([batchOf(TEST_EDGE, 1 + n * 10, 10 + n * 10)])),
    );
    isOver = true;
    await watching;
    const all = await db.rows<{ id: number }>('SELECT id FROM clicks ORDER BY id');
    const missed = all.filter(({ id }) => id <= (seen.at(-1) ?? 0) && !seen.includes(id));
    expect(missed).toEqual([]);
  });

  test('a visitor that two workers meet at once counts once', async () => {
    for (let round = 0; round < 10; round++) {
      await db.clear();
      const clicks = (edgeId: string) =>
        Array.from({ length: 30 }, (_, n) => testClick(n + 1, { visitor: n, linkId: 1 + (n % 3) })).map((click) => ({
          batch: testBatch([click], { edgeId }),
        }));
      await Promise.all(
        [TEST_EDGE, OTHER_EDGE].map((edgeId) => worker().ingestAll(clicks(edgeId).map(({ batch }) => sealed(batch)))),
      );
      expect(await db.sum('rollup_15m', 'visitors', 'link_id = 0')).toBe(30);
      expect(await db.sum('rollup_15m', 'visitors', 'link_id > 0')).toBe(30);
    }
  }, 30_000);

  test('a worker that had to be careful finds visitors as before', async () => {
    const careful = worker();
    const rival = await db.pool.connect();
    await rival.query('BEGIN');
    await rival.query('INSERT INTO visitors_seen VALUES ($1, 0, 3, 1), ($1, 1, 3, 1)', [Math.floor(TEST_NOW / DAY_MS)]);
    const waiting = careful.ingestAll([
      sealed(testBatch([testClick(1, { visitor: 3 }), testClick(2, { visitor: 4 })])),
    ]);
    await untilSomeoneWaits();
    await rival.query('COMMIT');
    rival.release();
    await waiting;
    expect(await db.rows('SELECT visitor, first_seen FROM clicks ORDER BY id')).toEqual([
      { visitor: 3, first_seen: 2 | 8 },
      { visitor: 4, first_seen: 15 },
    ]);
    await careful.ingestAll([sealed(testBatch([testClick(3, { visitor: 4 }), testClick(4, { visitor: 5 })]))]);
    expect(await db.sum('rollup_15m', 'visitors', 'link_id = 0')).toBe(2);
  });
});

describe('what breaks in between', () => {
  test('a connection that is killed in a transaction leaves nothing, and the batch is counted when it comes again', async () => {
    const holder = await db.pool.connect();
    await holder.query(`SELECT pg_advisory_lock(${LOCKS.clickOrder})`);
    const group = [batchOf(TEST_EDGE, 1, 30)];
    const dying = worker().ingestAll(group);
    dying.catch(() => {});
    const pid = await untilSomeoneWaits();
    await db.pool.query('SELECT pg_terminate_backend($1)', [pid]);
    await expect(dying).rejects.toMatchObject({ code: 'unavailable' });
    await holder.query(`SELECT pg_advisory_unlock(${LOCKS.clickOrder})`);
    holder.release();
    for (const table of ['clicks', 'rollup_15m', 'rollup_hour_all', 'visitors_seen', 'ingest_batches', 'link_stats'])
      expect([table, await db.count(table)]).toEqual([table, 0]);
    expect(await worker().ingestAll(group)).toMatchObject([{ result: 'committed', committed: 30 }]);
    await expectCounts(Array.from({ length: 30 }, (_, n) => clickOf(TEST_EDGE, n + 1)));
  });

  test('a database that is away is unavailable', async () => {
    const pool = openPool({ url: 'postgres://postgres@127.0.0.1:1/none', max: 1, statementMs: 1000, name: 'test' });
    const away = new PostgresIngestStore(pool, { now: () => TEST_NOW, sampleRate: 1 });
    await expect(away.ingestAll([batchOf(TEST_EDGE, 1, 2)])).rejects.toMatchObject({ code: 'unavailable' });
    await expect(away.progress()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(away.salt(Math.floor(TEST_NOW / DAY_MS))).rejects.toMatchObject({ code: 'unavailable' });
    await pool.end();
  });

  test('a link that is deleted while its clicks are being counted leaves the lists without them', async () => {
    const holder = await db.pool.connect();
    await holder.query(`SELECT pg_advisory_lock(${LOCKS.clickOrder})`);
    const ingesting = worker().ingestAll([sealed(testBatch([testClick(1, { linkId: 2 }), testClick(2)]))]);
    await untilSomeoneWaits();
    await db.pool.query('UPDATE links SET deleted_at = $1 WHERE id = 2', [TEST_NOW]);
    await holder.query(`SELECT pg_advisory_unlock(${LOCKS.clickOrder})`);
    holder.release();
    await ingesting;
    expect(await db.rows('SELECT link_id, click_rows FROM link_stats ORDER BY 1')).toEqual([
      { link_id: 1, click_rows: 1 },
      { link_id: 2, click_rows: 1 },
    ]);
    expect(await db.sum('counters', 'n', `kind = 'events'`)).toBe(1);
    expect(await db.sum('counters', 'n', `kind = 'events_by_user'`)).toBe(0);
  });
});

describe('housekeeping beside ingest', () => {
  const dayBefore = Math.floor(TEST_NOW / DAY_MS) - 1;

  test('days that are summed up while late clicks come are the sums of their hours', async () => {
    const at = (dayBefore + 1) * DAY_MS - 5 * HOUR_MS;
    const late = (seq: number) => sealed(testBatch([clickOf(TEST_EDGE, seq, at - (seq % 3) * DAY_MS)]));
    let seq = 1;
    let isOver = false;
    const ingesting = [worker(), worker(), worker()].map(async (store) => {
      while (!isOver) await store.ingestAll([late(seq++), late(seq++), late(seq++)]);
    });
    const tier = new PostgresDayTier(db.pool, () => TEST_NOW);
    await Bun.sleep(100);
    while (await tier.compactDay()) await Bun.sleep(30);
    await Bun.sleep(100);
    isOver = true;
    await Promise.all(ingesting);
    expect(await db.one('SELECT days_before, late_before FROM rollup_tiers')).toEqual({
      days_before: dayBefore + 1,
      late_before: dayBefore + 1,
    });
    const sums = 'sum(clicks)::int8 AS clicks, sum(visitors)::int8 AS visitors, sum(human_clicks)::int8 AS human';
    const days = await db.rows(
      `SELECT day, link_id, value_id, ${sums} FROM rollup_day GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    );
    expect(days).toEqual(
      await db.rows(
        `SELECT hour / 24 AS day, link_id, value_id, ${sums} FROM rollup_hour_all GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
      ),
    );
    expect(days.length).toBeGreaterThan(20);
    expect(await db.sum('rollup_15m', 'clicks', 'link_id = 0')).toBe(seq - 1);
  }, 30_000);

  test('merging keeps the sums that readers see at every moment, and leaves one row for each key', async () => {
    const store = worker();
    for (let n = 0; n < 30; n++) await store.ingestAll([batchOf(TEST_EDGE, 1 + n * 10, 10 + n * 10)]);
    let isOver = false;
    let looks = 0;
    const reading = (async () => {
      while (!isOver) {
        const { hours, slots, seqs } = await db.one<{ hours: number; slots: number; seqs: number }>(
          `SELECT (SELECT sum(clicks) FROM rollup_hour_all WHERE link_id > 0 AND value_id BETWEEN 5::int8 << 32 AND 6::int8 << 32) AS hours,
             (SELECT sum(clicks) FROM rollup_15m WHERE link_id = 0) AS slots, (SELECT watermark FROM ingest_edges) AS seqs`,
        );
        expect([hours, slots]).toEqual([seqs, seqs]);
        looks++;
      }
    })();
    const ingesting = (async () => {
      for (let n = 30; n < 50; n++) await store.ingestAll([batchOf(TEST_EDGE, 1 + n * 10, 10 + n * 10)]);
    })();
    const merge = new RollupMerge(db.pool, () => TEST_NOW + 2 * HOUR_MS);
    while (await merge.mergeSome()) {
      // Until the round is over.
    }
    await ingesting;
    const second = new RollupMerge(db.pool, () => TEST_NOW + 2 * HOUR_MS);
    while (await second.mergeSome()) {
      // Until the round is over.
    }
    isOver = true;
    await reading;
    expect(looks).toBeGreaterThan(3);
    expect(await db.count('rollup_hour_added')).toBe(0);
    expect(await db.sum('rollup_15m', 'clicks', 'link_id = 0')).toBe(500);
    for (const [table, key] of [
      ['rollup_hour', 'hour, link_id, value_id, quarter'],
      ['rollup_15m', 'link_id, slot'],
    ])
      expect(await db.count(`(SELECT 1 FROM ${table} GROUP BY ${key} HAVING count(*) > 1) AS doubles`)).toBe(0);
    await expectCounts(Array.from({ length: 500 }, (_, n) => clickOf(TEST_EDGE, n + 1)));
  }, 30_000);
});

/** The process id of a session that waits for a lock. */
async function untilSomeoneWaits(): Promise<number> {
  for (;;) {
    const [row] = await db.rows<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (row) return row.pid;
    await Bun.sleep(5);
  }
}
