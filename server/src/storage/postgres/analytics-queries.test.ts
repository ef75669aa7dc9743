import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Pool } from 'pg';
import type { ClickRange } from '../../clicks/analytics.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../platform/clock.ts';
import { analyticsConformance } from '../conformance/analytics.ts';
import { AnalyticsOracle } from '../conformance/analytics-oracle.ts';
import { createPostgresHarness, type PostgresHarness } from '../conformance/postgres-harness.ts';
import { fillPostgresDays, PostgresSimpleClicks } from '../conformance/postgres-simple-clicks.ts';
import type { SimpleClick } from '../conformance/simple-clicks.ts';
import { refused } from '../conformance/suite.ts';
import { PostgresAnalyticsQueries } from './analytics-queries.ts';
import { kysely, openPool } from './pool.ts';
import { noteRowsRemoved } from './retained-since.ts';
import { sumUpSpan } from './span-tier.ts';

let harness: PostgresHarness;
beforeAll(async () => {
  harness = await createPostgresHarness();
}, 60_000);
afterAll(() => harness.close());

analyticsConformance('PostgreSQL', async () => {
  await harness.empty();
  const clicks = new PostgresSimpleClicks(harness.pool, undefined, (hour) => hour % 3 > 0);
  return {
    queries: new PostgresAnalyticsQueries(harness),
    ingest: (more) => clicks.ingest(more),
    fillDayTier: (day) => fillPostgresDays(harness.pool, day),
    close: () => {},
  };
});

const START = Date.UTC(2025, 0, 1);
const GERMANY = { dimension: 'country', value: 'DE' } as const;
const PHONE = { dimension: 'device', value: 'phone' } as const;

/** Clicks of several links over `days`: link n has n of them, one more every 7 hours. */
function clicksOf(links: number, days: number): SimpleClick[] {
  return Array.from({ length: links }, (_, index) => index + 1).flatMap((linkId) =>
    Array.from({ length: linkId }, (_, n) => ({
      linkId,
      at: START + ((n * 7 * HOUR_MS + linkId * 10 * MINUTE_MS) % (days * DAY_MS)),
      quality: n % 4 === 0 ? ('bot' as const) : ('human' as const),
      visitor: n % 9,
      values: { country: n % 3 === 0 ? 'DE' : 'US', device: 'phone' },
    })),
  );
}

const range = (more: Partial<ClickRange> = {}): ClickRange => ({
  linkId: null,
  from: START,
  to: START + 60 * DAY_MS,
  filters: [],
  quality: 'human',
  ...more,
});
const queries = (options = {}) => new PostgresAnalyticsQueries(harness, options);
const seed = async (links: number, days = 60) => {
  await harness.empty();
  return new AnalyticsOracle(await new PostgresSimpleClicks(harness.pool).ingest(clicksOf(links, days)));
};

describe('where answers come from', () => {
  test('none or one value is read from rollups, more from rows', async () => {
    await seed(5);
    const source = async (more: Partial<ClickRange>) => (await queries().totals(range(more))).source;
    expect(await source({})).toBe('rollup');
    expect(await source({ quality: 'all', filters: [GERMANY] })).toBe('rollup');
    expect(await source({ quality: 'bot' })).toBe('rollup');
    expect(await source({ filters: [{ dimension: 'link', value: '3' }, GERMANY] })).toBe('rollup');
    expect(await source({ quality: 'bot', filters: [GERMANY] })).toBe('events');
    expect(await source({ filters: [GERMANY, PHONE] })).toBe('events');
  });

  test('the busiest links are found without reading all, ties and cut hours included', async () => {
    const oracle = await seed(60);
    await fillPostgresDays(harness.pool, START / DAY_MS + 40);
    while (await sumUpSpan(harness.pool));
    for (const asked of [
      range(),
      range({ quality: 'all' }),
      range({ from: START + 3 * DAY_MS + 5, to: START + 50 * DAY_MS + 7 }),
      range({ quality: 'all', from: START + 7 * HOUR_MS + 1, to: START + 9 * HOUR_MS - 1 }),
      range({ quality: 'all', from: START + 10 * MINUTE_MS, to: START + 50 * MINUTE_MS }),
    ]) {
      const { data, grain } = await queries().top({ ...asked, dimension: 'link', limit: 7 });
      expect({ data, grain }).toEqual({ data: oracle.top(asked, 'link').slice(0, 7), grain: 'exact' });
    }
  });

  test('ids and times that no column holds find nothing', async () => {
    await seed(3);
    const huge = range({ from: 3e15, to: 3e15 + DAY_MS });
    for (const asked of [
      huge,
      range({ linkId: 2 ** 40 }),
      range({ filters: [{ dimension: 'link', value: '9'.repeat(15) }, GERMANY] }),
    ]) {
      expect((await queries().totals(asked)).clicks).toBe(0);
      expect(
        (await queries().timeseries({ ...asked, interval: 'month', timeZone: 'UTC' })).data.every(
          ({ clicks }) => clicks === 0,
        ),
      ).toBe(true);
      expect((await queries().top({ ...asked, dimension: 'country', limit: 5 })).data).toEqual([]);
      expect((await queries().clicksPage({ ...asked, afterId: 0, limit: 5 })).rows).toEqual([]);
    }
  });
});

describe('rows that are gone', () => {
  const cut = range({ quality: 'all', from: START + 20 * MINUTE_MS, to: START + 30 * DAY_MS + 20 * MINUTE_MS });
  const removeRows = (before: number) =>
    harness.db.transaction().execute(async (tx) => {
      await noteRowsRemoved(tx, before);
      await tx.deleteFrom('clicks').where('at', '<', before).execute();
    });

  test('borders go out to whole quarter hours, or hours with a filter, and the answer says so', async () => {
    const oracle = await seed(40);
    await removeRows(START + DAY_MS);
    const slots = await queries().totals(cut);
    expect(slots).toMatchObject({ grain: '15m', covered: { from: START + 15 * MINUTE_MS, to: cut.to } });
    expect(slots.clicks).toBe(oracle.count({ ...cut, ...slots.covered }).clicks);

    const hours = await queries().totals({ ...cut, filters: [GERMANY] });
    expect(hours).toMatchObject({ grain: 'hour', covered: { from: START, to: cut.to } });
    expect(hours.clicks).toBe(oracle.count({ ...cut, ...hours.covered, filters: [GERMANY] }).clicks);

    const top = await queries().top({ ...cut, dimension: 'country', limit: 5 });
    expect(top).toMatchObject({ grain: 'hour', covered: { from: START, to: cut.to } });
    expect(top.data).toEqual(oracle.top({ ...cut, ...top.covered }, 'country'));
  });

  test('days and hours that begin at half past or a quarter to are exact without them, over all links and of one', async () => {
    const oracle = await seed(40);
    await removeRows(START + 60 * DAY_MS);
    for (const timeZone of ['Asia/Kolkata', 'Asia/Kathmandu']) {
      for (const [quality, linkId] of [
        ['human', null],
        ['all', 40],
      ] as const) {
        const asked = range({ quality, from: START + 30 * MINUTE_MS, filters: [GERMANY], linkId });
        for (const interval of ['day', 'hour'] as const) {
          const { data, grain } = await queries().timeseries({ ...asked, interval, timeZone });
          const starts = data.map(({ start }) => start);
          expect({ grain, data }).toEqual({ grain: 'exact', data: oracle.series(asked, starts) });
        }
      }
    }
  });

  test('an answer from rows covers only the time that has them', async () => {
    await seed(40);
    const several = range({ filters: [GERMANY, PHONE] });
    expect((await queries().totals(several)).covered).toEqual({ from: START, to: several.to });
    await removeRows(START + DAY_MS);
    await removeRows(START + HOUR_MS);
    const { covered, sampled } = await queries().totals(several);
    expect({ covered, sampled }).toEqual({ covered: { from: START + DAY_MS, to: several.to }, sampled: false });
    // Where there never was a click none is missing.
    const { covered: before } = await queries().totals({ ...several, from: START - DAY_MS, to: START });
    expect(before).toEqual({ from: START - DAY_MS, to: START });
    expect((await queries({ sampleRate: 0.5 }).totals(several)).sampled).toBe(true);
  });
});

describe('limits', () => {
  test('numbers out of bounds are refused by name', async () => {
    const day = { interval: 'day', timeZone: 'UTC' } as const;
    const refusals: [work: Promise<unknown>, field: string][] = [
      [queries().totals(range({ to: START })), 'to'],
      [queries().timeseries({ ...range(), ...day, timeZone: 'Mars/Base' }), 'timeZone'],
      [
        queries().timeseries({ ...range({ to: START + 3000 * DAY_MS }), interval: 'hour', timeZone: 'UTC' }),
        'interval',
      ],
      [queries().top({ ...range(), dimension: 'os', limit: 1001 }), 'limit'],
      [queries().clicksPage({ ...range(), afterId: -1, limit: 1 }), 'afterId'],
      [queries().sparklines({ linkIds: [1], from: START, to: START + 1, points: 0, quality: 'all' }), 'points'],
    ];
    for (const [work, field] of refusals) {
      expect((await refused(work, 'invalid_request')).details[0]?.field).toBe(field);
    }
  });

  test('a question over too many rows is refused before it is begun', async () => {
    await seed(20);
    const several = range({ filters: [GERMANY, PHONE] });
    await refused(queries({ scanRowsMax: 100 }).totals(several), 'query_timeout');
    await refused(queries({ scanRowsMax: 100 }).top({ ...several, dimension: 'os', limit: 1 }), 'query_timeout');
    expect((await queries({ scanRowsMax: 300 }).totals(several)).source).toBe('events');
  });

  test('a question that takes too long is ended by the server, and its connection goes on', async () => {
    await seed(3);
    await using pool = new OwnPool(openPool({ url: harness.database.url, max: 1, statementMs: 100, name: 'slow' }));
    const slow = new PostgresAnalyticsQueries({ db: kysely(pool.pool) });
    const blocker = await harness.pool.connect();
    try {
      await blocker.query('BEGIN; LOCK TABLE rollup_15m IN ACCESS EXCLUSIVE MODE');
      await refused(slow.totals(range()), 'query_timeout');
    } finally {
      await blocker.query('ROLLBACK');
      blocker.release();
    }
    expect((await slow.totals(range())).clicks).toBe(3);
  });

  test('a process that dies leaves no question behind', async () => {
    const script = `
      import { sql } from 'kysely';
      import { kysely, openPool } from '${import.meta.dir}/pool.ts';
      import { inSnapshot } from '${import.meta.dir}/read-snapshot.ts';
      const pool = openPool({ url: '${harness.database.url}', max: 1, statementMs: 60_000, name: 'dying' });
      await inSnapshot(kysely(pool), (db) => sql\`SELECT pg_sleep(50)\`.execute(db));`;
    const asking = Bun.spawn([process.execPath, '-e', script], { stdout: 'ignore', stderr: 'ignore' });
    const running = async () => {
      const { rows } = await harness.pool.query(
        `SELECT 1 FROM pg_stat_activity WHERE application_name = 'dying' AND query LIKE '%sleep%'`,
      );
      return rows.length > 0;
    };
    while (!(await running()) && asking.exitCode === null) await Bun.sleep(10);
    expect(asking.exitCode).toBeNull();
    asking.kill('SIGKILL');
    while (await running()) await Bun.sleep(50);
  }, 30_000);
});

class OwnPool implements AsyncDisposable {
  constructor(readonly pool: Pool) {}

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.end();
  }
}
