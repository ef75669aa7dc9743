import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { DIMENSIONS, OTHER_VALUE } from '@waymark/contract';
import type { Difference, ReconcileOptions } from '../../clicks/reconcile.ts';
import { VALUE_SPAN } from '../../clicks/rollup-rows.ts';
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import { createIngestDatabase, type IngestDatabase } from '../conformance/postgres-ingest-database.ts';
import { sealed, testBatch, testClick } from '../conformance/test-clicks.ts';
import { PostgresClickRemoval } from './click-removal.ts';
import { PostgresIngestStore } from './ingest-store.ts';
import { PostgresMaintenance } from './maintenance.ts';
import { kysely } from './pool.ts';
import { PostgresReconciler } from './reconcile.ts';
import { inTransaction } from './transactions.ts';

const START = Date.UTC(2025, 5, 1);
const DAY = START / DAY_MS;
const HOUR = START / HOUR_MS;
const OPTIONS: ReconcileOptions = { repair: false, sampleRate: 1, retentionDays: 0 };

let db: IngestDatabase;
let now = START + 10 * DAY_MS;
let seq = 1;
beforeAll(async () => {
  db = await createIngestDatabase();
  await db.addLinks([{ id: 1, ownerId: 5 }, { id: 2 }]);
});
beforeEach(async () => {
  now = START + 10 * DAY_MS;
  seq = 1;
  await db.clear();
  await db.pool.query(
    `UPDATE links SET deleted_at = NULL; DELETE FROM dimension_values; DELETE FROM click_retention;
     INSERT INTO counters VALUES ('links', '', 0, 2), ('links_by_owner', '5', 0, 1)`,
  );
});
afterAll(() => db.close());

const clock = () => now;

/** Two links over three days, two of them summed up, and their hours in rows; the last click is late and still in arrays. */
async function seed(): Promise<void> {
  const store = new PostgresIngestStore(db.pool, { now: clock, sampleRate: 1 });
  const clicks = Array.from({ length: 80 }, (_, n) =>
    testClick(seq++, {
      linkId: 1 + (n % 2),
      at: START + n * 50 * 60_000,
      quality: n % 5 === 0 ? 'bot' : 'human',
      reason: n % 5 === 0 ? 'agent' : '',
      visitor: n % 7,
      country: n % 3 === 0 ? 'DE' : 'US',
      device: n % 4 === 0 ? '' : 'phone',
    }),
  );
  for (const part of [0, 1, 2, 3]) await store.ingestAll([sealed(testBatch(clicks.slice(part * 20, part * 20 + 20)))]);
  now = START + 2 * DAY_MS + 6 * HOUR_MS;
  const maintenance = new PostgresMaintenance(db.pool, { now: clock, retentionDays: 0 });
  while (await maintenance.compactDay()) {
    // Until no day is left.
  }
  now = START + 10 * DAY_MS;
  while (await maintenance.mergeRollups()) {
    // Until no array is left.
  }
  await store.ingestAll([sealed(testBatch([testClick(seq++, { at: START + 1, visitor: 3, country: 'FR' })]))]);
}

const OTHER_COUNTRY = `(SELECT id FROM dimension_values WHERE dimension = ${DIMENSIONS.country} AND value = '${OTHER_VALUE}')`;

/** As if the day had had no room for a value of the last click's. */
async function countFrenchAsOther(): Promise<void> {
  const french = `(SELECT id FROM dimension_values WHERE value = 'FR')`;
  await db.pool.query(
    `UPDATE rollup_hour SET value_id = ${OTHER_COUNTRY} WHERE value_id = ${french};
     UPDATE rollup_hour_added SET value_ids = array_replace(value_ids, ${french}, ${OTHER_COUNTRY});
     UPDATE rollup_day SET value_id = ${OTHER_COUNTRY} WHERE value_id = ${french}`,
  );
}

async function reconcile(options: Partial<ReconcileOptions> = {}) {
  const found: Difference[] = [];
  const reconciler = new PostgresReconciler(db.pool, clock);
  const summary = await reconciler.run({ ...OPTIONS, ...options }, (difference) => found.push(difference));
  return { found, summary };
}

describe('reconcile', () => {
  test('finds nothing where everything is as its rows say', async () => {
    await seed();
    const { found, summary } = await reconcile();
    expect(found).toEqual([]);
    expect(summary).toEqual({ differences: 0, repaired: false, sinceHour: HOUR, hours: 66, links: 2 });
    expect(await db.one('SELECT days_before FROM rollup_tiers')).toEqual({ days_before: DAY + 2 });
  });

  const damages: [what: string, sql: string, tables: string[]][] = [
    [
      'a wrong quarter hour of a link',
      `UPDATE rollup_15m SET clicks = clicks + 1 WHERE link_id = 1 AND slot = ${HOUR * 4 + 6}`,
      ['rollup_15m'],
    ],
    [
      'a lost quarter hour of all links',
      `DELETE FROM rollup_15m WHERE link_id = 0 AND slot = ${HOUR * 4}`,
      ['rollup_15m'],
    ],
    [
      'a wrong visitor of an hour',
      `UPDATE rollup_hour SET human_visitors = human_visitors + 1 WHERE hour = ${HOUR + 60} AND link_id > 0`,
      ['rollup_hour'],
    ],
    ['lost arrays of an hour', `DELETE FROM rollup_hour_added WHERE hour = ${HOUR}`, ['rollup_hour']],
    [
      'a wrong count in an array',
      `UPDATE rollup_hour_added SET clicks[1] = clicks[1] + 1 WHERE hour = ${HOUR}`,
      ['rollup_hour'],
    ],
    ['lost hours', `DELETE FROM rollup_hour WHERE hour = ${HOUR + 60} AND link_id > 0`, ['rollup_hour']],
    [
      'an hour that no click made',
      `INSERT INTO rollup_hour VALUES (${HOUR + 1000}, 1, ${DIMENSIONS.country * VALUE_SPAN + 1}, 1, 1, 1, 1)`,
      ['rollup_hour'],
    ],
    ['a wrong day', `UPDATE rollup_day SET clicks = clicks - 1 WHERE day = ${DAY} AND link_id = 2`, ['rollup_day']],
    ['a day too many', `INSERT INTO rollup_day VALUES (${DAY - 5}, 1, 1, 1, 1, 1, 1)`, ['rollup_day']],
    [
      'wrong totals',
      'UPDATE link_stats SET clicks = clicks + 1, human_clicks = 0, last_click_at = 5 WHERE link_id = 2',
      ['link_stats'],
    ],
    ['lost totals', 'DELETE FROM link_stats WHERE link_id = 1', ['link_stats']],
    [
      'wrong counters',
      `UPDATE counters SET n = n + 1 WHERE kind IN ('events', 'links', 'events_by_type')`,
      ['counters'],
    ],
    ['a counter of nothing', `INSERT INTO counters VALUES ('links_by_owner', '9', 3, 4)`, ['counters']],
    ['a wrong count of events', `INSERT INTO event_counts VALUES (1, 0, 'note', 3)`, ['event_counts']],
    [
      'an event that nothing counts',
      `INSERT INTO events VALUES (9000, 1, 5, 'note', 0, '{}')`,
      ['counters', 'event_counts'],
    ],
  ];
  for (const [what, sql, tables] of damages) {
    test(`finds ${what}, mends it, then finds nothing`, async () => {
      await seed();
      await db.pool.query(sql);
      const { found } = await reconcile({ repair: true });
      expect([...new Set(found.map(({ table }) => table))]).toEqual([...new Set(tables)]);
      expect((await reconcile()).found).toEqual([]);
    });
  }

  test('mends quarter hours and then counts totals from them', async () => {
    await seed();
    await db.pool.query('DELETE FROM rollup_15m WHERE link_id = 1');
    const { found } = await reconcile({ repair: true });
    expect(new Set(found.map(({ table }) => table))).toEqual(new Set(['rollup_15m']));
    expect((await reconcile()).found).toEqual([]);
  });

  test('mends what is wrong while clicks go on coming, and stays right', async () => {
    await seed();
    await db.pool.query(
      `UPDATE link_stats SET clicks = clicks + 7, click_rows = 3 WHERE link_id = 2; DELETE FROM rollup_hour WHERE link_id = 1;
       UPDATE counters SET n = n + 3 WHERE kind = 'events'`,
    );
    const store = new PostgresIngestStore(db.pool, { now: clock, sampleRate: 1 });
    let isOver = false;
    const ingesting = (async () => {
      for (let n = 0; n < 200 && !isOver; n++)
        await store.ingestAll([
          sealed(testBatch([testClick(seq++, { at: now - n * 1000, visitor: n, linkId: 1 + (n % 2) })])),
        ]);
    })();
    await reconcile({ repair: true });
    isOver = true;
    await ingesting;
    expect((await reconcile()).found).toEqual([]);
  }, 30_000);

  test('changes nothing unless it is told to', async () => {
    await seed();
    await db.pool.query('UPDATE link_stats SET clicks = 99 WHERE link_id = 1');
    expect((await reconcile()).found).toHaveLength(1);
    expect((await reconcile()).found).toEqual([
      expect.objectContaining({
        table: 'link_stats',
        key: { link_id: 1 },
        found: expect.objectContaining({ clicks: 99 }),
      }),
    ]);
  });

  test('recounts no rollups from a sample of rows', async () => {
    await seed();
    await db.pool.query('DELETE FROM clicks WHERE id % 2 = 0');
    const { found, summary } = await reconcile({ sampleRate: 0.5 });
    expect(summary.sinceHour).toBeNull();
    expect(found.filter(({ table }) => table.startsWith('rollup'))).toEqual([]);
  });

  test('takes hours beyond retention as they are, whose rows are gone', async () => {
    await seed();
    const maintenance = new PostgresMaintenance(db.pool, { now: clock, retentionDays: 9 });
    while (await maintenance.retainClicks()) {
      // Until no row is left to remove.
    }
    expect(await db.count('clicks', `at < ${START + DAY_MS}`)).toBe(0);
    const { found, summary } = await reconcile({ retentionDays: 9 });
    expect(found).toEqual([]);
    expect(summary.sinceHour).toBe(HOUR + 24);
  });

  test('leaves what all links together keep of a purged link', async () => {
    await seed();
    await db.pool.query(
      `UPDATE links SET deleted_at = 1 WHERE id = 2; DELETE FROM clicks WHERE link_id = 2;
       DELETE FROM link_stats WHERE link_id = 2; DELETE FROM rollup_15m WHERE link_id = 2;
       DELETE FROM rollup_hour WHERE link_id = 2;
       DELETE FROM rollup_hour_added WHERE link_id = 2; DELETE FROM rollup_day WHERE link_id = 2`,
    );
    const { found } = await reconcile();
    expect(found.filter(({ table }) => table !== 'counters')).toEqual([]);
  });

  test('counts values beyond the limit of a day where ingest put them', async () => {
    await seed();
    await countFrenchAsOther();
    expect((await reconcile()).found).toEqual([]);
  });
});

describe('a recorded click that is deleted', () => {
  const remove = (id: number) =>
    inTransaction(kysely(db.pool), (tx) =>
      new PostgresClickRemoval({ db: tx, now: clock, linkChanged: () => {} }).remove(id),
    );

  test('leaves everything that counted it, once', async () => {
    await seed();
    const clicks = await db.rows<{ id: number }>('SELECT id FROM clicks ORDER BY at DESC');
    for (const { id } of [clicks[0], clicks[40], clicks[80], clicks[79]] as { id: number }[]) {
      const removed = await Promise.all([remove(id), remove(id)]);
      expect(removed.sort()).toEqual([false, true]);
      expect((await reconcile()).found).toEqual([]);
    }
    expect(await db.count('clicks')).toBe(77);
    expect(await db.sum('link_stats', 'clicks')).toBe(77);
  });

  test('is taken from the values beyond the limit where it was counted there', async () => {
    await seed();
    await countFrenchAsOther();
    const { id } = await db.one<{ id: number }>(
      `SELECT id FROM clicks WHERE country = (SELECT id FROM dimension_values WHERE value = 'FR')`,
    );
    expect(await remove(id)).toBe(true);
    expect(await db.sum('rollup_hour_all', 'clicks', `value_id = ${OTHER_COUNTRY}`)).toBe(0);
    expect(await db.sum('rollup_day', 'clicks', `value_id = ${OTHER_COUNTRY}`)).toBe(0);
    expect((await reconcile()).found).toEqual([]);
  });

  test('is none where there is no such click, or its link is deleted', async () => {
    await seed();
    expect(await remove(2 ** 40)).toBe(false);
    const { id } = await db.one<{ id: number }>('SELECT id FROM clicks WHERE link_id = 2 LIMIT 1');
    await db.pool.query('UPDATE links SET deleted_at = 1 WHERE id = 2');
    expect(await remove(id)).toBe(false);
    expect(await db.count('clicks')).toBe(81);
  });
});
