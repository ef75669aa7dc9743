import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { DIMENSIONS, OTHER_VALUE } from '@waymark/contract';
import type { Difference, ReconcileOptions } from '../../clicks/reconcile.ts';
import { VALUE_SPAN } from '../../clicks/rollup-rows.ts';
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import type { SimpleClick } from '../conformance/simple-clicks.ts';
import { createSqliteHarness, type SqliteHarness } from '../conformance/sqlite-harness.ts';
import { fillDayTier, SimpleIngest } from '../conformance/sqlite-simple-clicks.ts';
import { SqliteReconciler } from './reconcile.ts';

const START = Date.UTC(2025, 5, 1);
const DAY = START / DAY_MS;
const HOUR = START / HOUR_MS;
const OPTIONS: ReconcileOptions = { repair: false, sampleRate: 1, retentionDays: 0 };

let harness: SqliteHarness;
beforeEach(() => {
  harness = createSqliteHarness({ now: () => START + 10 * DAY_MS });
});
afterEach(() => harness.close());

/** Two links over three days, two of them merged; the last click is late. */
function seed(): void {
  const clicks: SimpleClick[] = [];
  for (let n = 0; n < 80; n++) {
    clicks.push({
      linkId: 1 + (n % 2),
      at: START + n * 50 * 60_000,
      quality: n % 5 === 0 ? 'bot' : 'human',
      visitor: n % 7,
      values: {
        country: n % 3 === 0 ? 'DE' : 'US',
        device: n % 4 === 0 ? '' : 'phone',
        reason: n % 5 === 0 ? 'agent' : '',
      },
    });
  }
  clicks.push({ linkId: 1, at: START + 1, quality: 'human', visitor: 3, values: { country: 'FR' } });
  new SimpleIngest(harness.sqlite).ingest(clicks);
  fillDayTier(harness.sqlite, DAY + 2);
}

async function reconcile(options: Partial<ReconcileOptions> = {}) {
  const found: Difference[] = [];
  const reconciler = new SqliteReconciler({ sqlite: harness.sqlite, now: harness.write.now });
  const summary = await reconciler.run({ ...OPTIONS, ...options }, (difference) => found.push(difference));
  return { found, summary };
}

const run = (sql: string) => harness.sqlite.run(sql);

describe('reconcile', () => {
  test('finds nothing where everything is as its rows say', async () => {
    seed();
    const { found, summary } = await reconcile();
    expect(found).toEqual([]);
    expect(summary).toEqual({ differences: 0, repaired: false, sinceHour: HOUR, hours: 66, links: 2 });
  });

  const damages: [what: string, sql: string, tables: string[]][] = [
    [
      'a wrong quarter hour of a link',
      `UPDATE rollup_15m SET clicks = clicks + 1 WHERE link_id = 1 AND slot = ${HOUR * 4}`,
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
    [
      'a click in a wrong quarter',
      `UPDATE rollup_quarter SET quarter = 3 - quarter WHERE hour = ${HOUR + 60}`,
      ['rollup_quarter'],
    ],
    ['lost quarters', `DELETE FROM rollup_quarter WHERE hour = ${HOUR}`, ['rollup_quarter']],
    ['lost hours', `DELETE FROM rollup_hour WHERE hour = ${HOUR} AND link_id = 1`, ['rollup_hour']],
    [
      'an hour that no click made',
      `INSERT INTO rollup_hour VALUES (${HOUR + 1000}, 1, ${DIMENSIONS.country * VALUE_SPAN + 1}, 1, 1, 1, 1)`,
      ['rollup_hour'],
    ],
    ['a wrong day', `UPDATE rollup_day SET clicks = clicks - 1 WHERE day = ${DAY}`, ['rollup_day']],
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
      ['counters', 'counters', 'counters'],
    ],
    ['a counter of nothing', `INSERT INTO counters VALUES ('links_by_owner', '9', 4)`, ['counters']],
    ['a wrong count of events', `INSERT INTO event_counts VALUES (1, 0, 'note', 3)`, ['event_counts']],
    [
      'an event that nothing counts',
      `INSERT INTO events VALUES (9000, 1, 5, 'note', 0, '{}')`,
      ['counters', 'counters', 'counters', 'event_counts'],
    ],
  ];
  for (const [what, sql, tables] of damages) {
    test(`finds ${what}, mends it, then finds nothing`, async () => {
      seed();
      run(sql);
      const { found } = await reconcile({ repair: true });
      expect([...new Set(found.map(({ table }) => table))]).toEqual([...new Set(tables)]);
      expect((await reconcile()).found).toEqual([]);
    });
  }

  test('changes nothing unless it is told to', async () => {
    seed();
    run('UPDATE link_stats SET clicks = 99 WHERE link_id = 1');
    expect((await reconcile()).found).toHaveLength(1);
    expect((await reconcile()).found).toEqual([
      expect.objectContaining({
        table: 'link_stats',
        key: { link_id: 1 },
        found: expect.objectContaining({ clicks: 99 }),
      }),
    ]);
  });

  test('takes hours without rows as they are: rows beyond retention are gone', async () => {
    seed();
    run(`DELETE FROM clicks WHERE at < ${START + DAY_MS}`);
    run(`DELETE FROM click_hours WHERE hour < ${HOUR + 24}`);
    const { found } = await reconcile({ retentionDays: 9 });
    // The totals of rows and of events, which a real retention adjusts.
    expect(found.map(({ table }) => table).filter((table) => table.startsWith('rollup'))).toEqual([]);
    expect(
      found.some(({ table, expected, found }) => table === 'link_stats' && expected?.clicks !== found?.clicks),
    ).toBe(false);
  });

  test('recounts no rollups from a sample of rows', async () => {
    seed();
    run('DELETE FROM clicks WHERE id % 2 = 0');
    const { found, summary } = await reconcile({ sampleRate: 0.5 });
    expect(summary.sinceHour).toBeNull();
    expect(found.filter(({ table }) => table.startsWith('rollup'))).toEqual([]);
  });

  test('leaves what all links together keep of a purged link', async () => {
    seed();
    run('UPDATE links SET deleted_at = 1 WHERE id = 2');
    run('DELETE FROM clicks WHERE link_id = 2');
    for (const table of ['link_stats', 'rollup_15m', 'rollup_hour', 'rollup_day'])
      run(`DELETE FROM ${table} WHERE link_id = 2`);
    const { found } = await reconcile();
    expect(found.filter(({ table }) => table !== 'counters')).toEqual([]);
  });

  test('counts values beyond the limit of a day where ingest put them', async () => {
    seed();
    const other = DIMENSIONS.country * VALUE_SPAN + 5000;
    run(`INSERT INTO dimension_values VALUES (${other}, ${DIMENSIONS.country}, '${OTHER_VALUE}')`);
    const french = `value_id = (SELECT id FROM dimension_values WHERE value = 'FR')`;
    run(`UPDATE rollup_hour SET value_id = ${other} WHERE ${french}`);
    run(`UPDATE rollup_quarter SET value_id = ${other} WHERE ${french}`);
    run(`UPDATE rollup_day SET value_id = ${other} WHERE ${french}`);
    expect((await reconcile()).found).toEqual([]);
  });
});
