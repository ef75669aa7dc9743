import { expect, test } from 'bun:test';
import { DIMENSIONS, OTHER_VALUE, type Quality } from '@waymark/contract';
import type { EventFilter } from '../../clicks/event.ts';
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import { clickRemovalConformance, eventStoreConformance } from '../conformance/event-store.ts';
import { createSqliteStores } from '../conformance/sqlite-stores.ts';
import { newLink, recordClicks, TEST_TIME } from '../conformance/stores.ts';
import { DayTier } from './day-tier.ts';
import { eventPage } from './event-pages.ts';

eventStoreConformance('SQLite', createSqliteStores);
clickRemovalConformance('SQLite', createSqliteStores);

const plans: [filter: EventFilter, indexes: string[]][] = [
  [{}, ['SCAN events', 'SCAN clicks']],
  [{ linkId: 1 }, ['events_link', 'clicks_link']],
  [{ userId: 1 }, ['events_user', 'clicks_user']],
  [{ type: 'view' }, ['events_type']],
  [{ linkId: 1, userId: 1 }, ['events_link', 'clicks_link']],
  [{ linkId: 1, userId: 1, type: 'click' }, ['events_link', 'clicks_link']],
  [{ userId: 1, type: 'click' }, ['events_user', 'clicks_user']],
];

test.each(plans)('a page of events with %p uses %p and sorts nothing', (filter, indexes) => {
  const stores = createSqliteStores();
  for (const page of [{ limit: 50 }, { limit: 50, beforeId: 1000 }]) {
    const { sql, parameters } = eventPage(stores.harness.read.db, filter, page).compile();
    const plan = stores.harness.sqlite
      .query<{ detail: string }, number[]>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...(parameters as number[]))
      .map((step) => step.detail)
      .join('\n');
    for (const index of indexes) {
      // With a cursor a scan by id starts at it instead.
      expect(plan).toContain(page.beforeId ? index.replace('SCAN', 'SEARCH') : index);
    }
    expect(plan).not.toContain('TEMP B-TREE');
  }
  stores.close();
});

const ROLLUPS = ['rollup_15m', 'rollup_hour', 'rollup_day'];

/** Clicks of several visitors, qualities, hours and days, the same for the same seed. */
function mixedClicks(count: number) {
  const qualities: Quality[] = ['human', 'human', 'bot', 'duplicate'];
  return Array.from({ length: count }, (_, i) => {
    const quality = qualities[i % 4] ?? 'human';
    return {
      at: TEST_TIME - (i % 5) * HOUR_MS - (i % 3) * DAY_MS,
      visitor: i % 7,
      quality,
      reason: quality === 'human' ? '' : `because ${i % 2}`,
      country: ['DE', 'FR', ''][i % 3] ?? '',
      utmSource: i % 2 === 0 ? 'mail' : '',
    };
  });
}

test('deleting every recorded click empties the rollups, the tier of days included', async () => {
  const stores = createSqliteStores({ dayTierCovers: () => true });
  const { sqlite } = stores.harness;
  const today = Math.floor(TEST_TIME / DAY_MS);
  sqlite.run(`INSERT INTO counters VALUES ('rollup_days_before', '', ${today + 1})`);
  const one = await stores.linkCommands.create(newLink());
  const two = await stores.linkCommands.create(newLink());
  await recordClicks(stores, one, mixedClicks(60));
  await recordClicks(stores, two, mixedClicks(30));
  const rows = () =>
    ROLLUPS.map((table) => sqlite.query<{ n: number }, []>(`SELECT count(*) AS n FROM ${table}`).get()?.n);
  expect(rows().every((n) => n && n > 10)).toBe(true);
  const clicks = await stores.events.list({ type: 'click' }, { limit: 100 });
  expect(clicks.length).toBe(90);
  for (const click of clicks) await stores.eventCommands.delete(click.id);
  expect(rows()).toEqual([0, 0, 0]);
  stores.close();
});

test('deleting some clicks leaves the rollups that the others alone would have made', async () => {
  const all = mixedClicks(40).map((click, i) => ({ ...click, visitor: i }));
  const [kept, dropped] = [all.filter((_, i) => i % 3 > 0), all.filter((_, i) => i % 3 === 0)];
  const dump = async (clicks: typeof all, deletes: number) => {
    const stores = createSqliteStores();
    const link = await stores.linkCommands.create(newLink());
    await recordClicks(stores, link, clicks);
    const newest = await stores.events.list({ type: 'click' }, { limit: deletes });
    for (const click of newest) await stores.eventCommands.delete(click.id);
    const tables = ROLLUPS.map((table) => stores.harness.sqlite.query(`SELECT * FROM ${table}`).all());
    stores.close();
    return tables;
  };
  expect(await dump([...kept, ...dropped], dropped.length)).toEqual(await dump(kept, 0));
});

test('the tier of days is left alone where it does not reach yet', async () => {
  const stores = createSqliteStores();
  const { sqlite } = stores.harness;
  const today = Math.floor(TEST_TIME / DAY_MS);
  sqlite.run(`INSERT INTO counters VALUES ('rollup_days_before', '', ${today})`);
  const link = await stores.linkCommands.create(newLink());
  await recordClicks(stores, link, [{}]);
  sqlite.run(`INSERT INTO rollup_day SELECT ${today}, link_id, value_id, 5, 5, 5, 5 FROM rollup_hour`);
  const [click] = await stores.events.list({ type: 'click' }, { limit: 1 });
  await stores.eventCommands.delete(click?.id ?? 0);
  expect(sqlite.query('SELECT DISTINCT clicks FROM rollup_day').all()).toEqual([{ clicks: 5 }]);
  stores.close();
});

test('of a day that is being merged only what was merged is corrected', async () => {
  const stores = createSqliteStores();
  const { sqlite } = stores.harness;
  const link = await stores.linkCommands.create(newLink());
  await recordClicks(stores, link, [{}, {}]);
  const today = Math.floor(TEST_TIME / DAY_MS);
  new DayTier(sqlite).write({ before: today, cursor: { linkId: 0, valueId: 2 ** 40 } });
  sqlite.run(`INSERT INTO rollup_day SELECT ${today}, link_id, value_id, 5, 5, 5, 5 FROM rollup_hour`);
  const [click] = await stores.events.list({ type: 'click' }, { limit: 1 });
  await stores.eventCommands.delete(click?.id ?? 0);
  expect(sqlite.query('SELECT DISTINCT link_id, clicks FROM rollup_day ORDER BY 1').all()).toEqual([
    { link_id: 0, clicks: 4 },
    { link_id: link.id, clicks: 5 },
  ]);
  stores.close();
});

test('a click whose value was beyond the limit of its day is taken from (other)', async () => {
  const stores = createSqliteStores();
  const link = await stores.linkCommands.create(newLink());
  await recordClicks(
    stores,
    link,
    Array.from({ length: 1003 }, (_, i) => ({ referrer: `site-${i}.example`, visitor: i })),
  );
  const others = () =>
    stores.harness.sqlite
      .query(
        `SELECT link_id, clicks FROM rollup_hour JOIN dimension_values ON id = value_id
         WHERE value = '${OTHER_VALUE}' AND dimension = ${DIMENSIONS.referrer} ORDER BY link_id`,
      )
      .all();
  expect(others()).toEqual([
    { link_id: 0, clicks: 3 },
    { link_id: link.id, clicks: 3 },
  ]);
  const [newest] = await stores.events.list({ type: 'click' }, { limit: 1 });
  expect(newest?.details.referrer).toBe('site-1002.example');
  await stores.eventCommands.delete(newest?.id ?? 0);
  expect(others()).toEqual([
    { link_id: 0, clicks: 2 },
    { link_id: link.id, clicks: 2 },
  ]);
  stores.close();
});
