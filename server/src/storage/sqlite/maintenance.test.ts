import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import type { SimpleClick } from '../conformance/simple-clicks.ts';
import { createSqliteHarness, type SqliteHarness } from '../conformance/sqlite-harness.ts';
import { SimpleIngest } from '../conformance/sqlite-simple-clicks.ts';
import { DayTier } from './day-tier.ts';
import { SqliteMaintenance } from './maintenance.ts';

const START = Date.UTC(2025, 5, 1);
const DAY = START / DAY_MS;

let now = START;
let harness: SqliteHarness;
beforeEach(() => {
  now = START;
  harness = createSqliteHarness({ now: () => now });
});
afterEach(() => harness.close());

function maintenance(dayTier = new DayTier(harness.sqlite), retentionDays = 0): SqliteMaintenance {
  return new SqliteMaintenance(harness.write, dayTier, { retentionDays, sliceMs: 0, mergeRowsOfHour: 2 });
}

async function untilDone(step: () => Promise<boolean>): Promise<number> {
  let slices = 1;
  while (await harness.run(step)) slices++;
  return slices;
}

const count = (table: string) => harness.sqlite.query<{ n: number }, []>(`SELECT count(*) AS n FROM ${table}`).get()?.n;
const counter = (kind: string, key = '') =>
  harness.sqlite
    .query<{ n: number }, [string, string]>('SELECT n FROM counters WHERE kind = ? AND key = ?')
    .get(kind, key)?.n;

function click(at: number, more: Partial<SimpleClick> = {}): SimpleClick {
  return { linkId: 1, at, quality: 'human', visitor: 1, values: { country: 'DE', device: 'phone' }, ...more };
}

function dayRows(before: number) {
  return {
    days: harness.sqlite.query('SELECT * FROM rollup_day WHERE day < ? ORDER BY 1, 2, 3').all(before),
    hours: harness.sqlite
      .query(
        `SELECT hour / 24 AS day, link_id, value_id, sum(clicks) AS clicks, sum(visitors) AS visitors,
           sum(human_clicks) AS human_clicks, sum(human_visitors) AS human_visitors
         FROM rollup_hour WHERE hour < ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
      )
      .all(before * 24),
  };
}

describe('merging days', () => {
  const someClick: fc.Arbitrary<SimpleClick> = fc.record({
    linkId: fc.integer({ min: 1, max: 4 }),
    at: fc.integer({ min: START, max: START + 3 * DAY_MS - 1 }),
    quality: fc.constantFrom('human' as const, 'bot' as const),
    visitor: fc.integer({ min: 1, max: 5 }),
    values: fc.record({ country: fc.constantFrom('DE', 'US', 'IN', 'FR'), city: fc.constantFrom('A', 'B', 'C', '') }),
  });
  const act = fc.oneof(
    { weight: 5, arbitrary: fc.constant({ kind: 'slice' as const }) },
    { weight: 4, arbitrary: someClick.map((late) => ({ kind: 'late' as const, late })) },
    { weight: 1, arbitrary: fc.constant({ kind: 'rollback' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
  );

  test('late clicks, lost slices and restarts at any point leave every day the sum of its hours', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(someClick, { maxLength: 30 }),
        fc.array(act, { maxLength: 60 }),
        async (clicks, acts) => {
          const own = createSqliteHarness({ now: () => now });
          const outer = harness;
          harness = own;
          try {
            now = START + 4 * DAY_MS + 6 * HOUR_MS;
            let tier = new DayTier(own.sqlite);
            const ingest = new SimpleIngest(own.sqlite, (day, linkId) => tier.covers(day, linkId));
            ingest.ingest(clicks);
            for (const step of acts) {
              if (step.kind === 'late') ingest.ingest([step.late]);
              if (step.kind === 'slice') await own.run(() => maintenance(tier).compactDay());
              if (step.kind === 'restart') tier = new DayTier(own.sqlite);
              if (step.kind === 'rollback') {
                const lost = own.run(async () => {
                  await maintenance(tier).compactDay();
                  throw new Error('disk full');
                });
                await lost.catch(() => {});
              }
            }
            await untilDone(() => maintenance(tier).compactDay());
            if (clicks[0]) ingest.ingest([clicks[0]]);
            expect(counter('rollup_days_before')).toBe(DAY + 4);
            const { days, hours } = dayRows(DAY + 4);
            expect(days).toEqual(hours);
          } finally {
            harness = outer;
            own.close();
          }
        },
      ),
      { numRuns: 60 },
    ));

  test('a day is left alone until 6 hours after its end', async () => {
    new SimpleIngest(harness.sqlite).ingest([click(START + HOUR_MS)]);
    now = START + DAY_MS + 6 * HOUR_MS - 1;
    await untilDone(() => maintenance().compactDay());
    expect(count('rollup_day')).toBe(0);
    now += 1;
    await untilDone(() => maintenance().compactDay());
    expect(count('rollup_day')).toBe(count('rollup_hour'));
    expect(new DayTier(harness.sqlite).read()).toEqual({ before: DAY + 1, cursor: null });
  });

  test('the merge of a slice seeks its rows in each hour', () => {
    const plan = harness.sqlite
      .query<{ detail: string }, []>(
        `EXPLAIN QUERY PLAN SELECT link_id, value_id FROM rollup_hour WHERE hour = 1 AND (link_id, value_id) > (1, 2)
         ORDER BY link_id, value_id LIMIT 1 OFFSET 60`,
      )
      .all();
    expect(plan.map(({ detail }) => detail)).toEqual([
      'SEARCH rollup_hour USING PRIMARY KEY (hour=? AND (link_id,value_id)>(?,?))',
    ]);
  });
});

describe('what time removes', () => {
  test('visitors and salts go 48 hours after their day', async () => {
    for (const day of [DAY - 3, DAY - 2]) {
      for (let visitor = 0; visitor < 450; visitor++) {
        harness.sqlite.query('INSERT INTO visitors_seen VALUES (?, 1, ?, 1)').run(day, visitor);
      }
      harness.sqlite.query('INSERT INTO visitor_salts VALUES (?, ?)').run(day, 'salt');
    }
    expect(await untilDone(() => maintenance().dropOldVisitors())).toBe(3);
    expect(count('visitors_seen')).toBe(450);
    expect(count('visitor_salts')).toBe(1);
  });

  test('rows of clicks go by whole hours, counters follow, totals and rollups stay', async () => {
    const ingest = new SimpleIngest(harness.sqlite);
    const old = Array.from({ length: 500 }, (_, n) => click(START + n * 1000));
    ingest.ingest([...old, click(START + 3 * DAY_MS), click(START + 1, { linkId: 2 }), click(START + 3 * DAY_MS)]);
    harness.sqlite.run('UPDATE links SET deleted_at = 1 WHERE id = 2');
    harness.sqlite.run(`UPDATE counters SET n = n - 1 WHERE kind IN ('events', 'events_by_type')`);
    harness.sqlite.run('UPDATE clicks SET user_id = 7 WHERE link_id = 1');
    harness.sqlite.run(`INSERT INTO counters VALUES ('events_by_user', '7', 502)`);
    const rollups = harness.sqlite.query('SELECT * FROM rollup_15m').all();
    now = START + 3 * DAY_MS;

    await untilDone(() => maintenance(undefined, 2).retainClicks());
    expect(count('clicks')).toBe(2);
    expect(harness.sqlite.query('SELECT hour FROM click_hours').all()).toEqual([
      { hour: (START + 3 * DAY_MS) / HOUR_MS },
    ]);
    expect(harness.sqlite.query('SELECT link_id, clicks, click_rows FROM link_stats ORDER BY 1').all()).toEqual([
      { link_id: 1, clicks: 502, click_rows: 2 },
      { link_id: 2, clicks: 1, click_rows: 0 },
    ]);
    expect([counter('events'), counter('events_by_type', 'click'), counter('events_by_user', '7')]).toEqual([2, 2, 2]);
    expect(harness.sqlite.query('SELECT * FROM rollup_15m').all()).toEqual(rollups);
  });

  test('no retention keeps every row', async () => {
    new SimpleIngest(harness.sqlite).ingest([click(START)]);
    now = START + 5000 * DAY_MS;
    await untilDone(() => maintenance().retainClicks());
    expect(count('clicks')).toBe(1);
  });

  test('batches below the watermark go after 7 days, those above it stay', async () => {
    harness.sqlite.run(`INSERT INTO ingest_edges (edge_id, watermark, updated_at) VALUES ('e', 20, 0)`);
    const put = harness.sqlite.query('INSERT INTO ingest_batches VALUES (?, ?, ?, ?, ?)');
    put.run('e', 1, 10, 'h', START - 7 * DAY_MS - 1);
    put.run('e', 11, 20, 'h', START - 7 * DAY_MS + 1);
    put.run('e', 31, 40, 'h', START - 8 * DAY_MS);
    await untilDone(() => maintenance().forgetBatches());
    expect(harness.sqlite.query('SELECT first_seq FROM ingest_batches ORDER BY 1').all()).toEqual([
      { first_seq: 11 },
      { first_seq: 31 },
    ]);
  });

  test('kept answers of repeated requests go after 24 hours', async () => {
    const put = harness.sqlite.query(`INSERT INTO idempotency VALUES ('p', 'r', ?, 'h', '{}', ?)`);
    put.run('old', START - DAY_MS);
    put.run('new', START - DAY_MS + 1);
    await untilDone(() => maintenance().forgetIdempotency());
    expect(harness.sqlite.query('SELECT key FROM idempotency').all()).toEqual([{ key: 'new' }]);
  });
});
