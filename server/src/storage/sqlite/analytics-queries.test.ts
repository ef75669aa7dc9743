import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { ClickRange } from '../../clicks/analytics.ts';
import { AppError } from '../../platform/app-error.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../platform/clock.ts';
import { type AnalyticsSubject, analyticsConformance } from '../conformance/analytics.ts';
import { AnalyticsOracle } from '../conformance/analytics-oracle.ts';
import type { SimpleClick } from '../conformance/simple-clicks.ts';
import { createSqliteHarness, type SqliteHarness } from '../conformance/sqlite-harness.ts';
import { fillDayTier, SimpleIngest } from '../conformance/sqlite-simple-clicks.ts';
import { SqliteAnalyticsQueries } from './analytics-queries.ts';
import { ClickBlockUpkeep } from './click-block-upkeep.ts';
import { SpanUpkeep } from './rollup-spans.ts';

/** An hour amid the clicks: some hours before it have quarters and some not, as an upgrade leaves them. */
const QUARTERS_SINCE = Date.UTC(2025, 2, 9, 5) / HOUR_MS;

/** `blockRows` 0: no block of columns is made. */
function subject(blockRows: number): AnalyticsSubject {
  const harness = createSqliteHarness({ now: () => 0 });
  harness.sqlite.run(`UPDATE counters SET n = ${QUARTERS_SINCE} WHERE kind = 'rollup_quarters_since'`);
  const ingest = new SimpleIngest(harness.sqlite, undefined, (hour) => hour >= QUARTERS_SINCE || hour % 3 > 0);
  return {
    queries: new SqliteAnalyticsQueries(harness.read),
    ingest: (clicks) => harness.sqlite.transaction(() => ingest.ingest(clicks))(),
    async fillDayTier(day) {
      fillDayTier(harness.sqlite, day);
      if (blockRows > 0) await new ClickBlockUpkeep(harness.sqlite, { blockRows, sliceMs: 1000 }).copyRows();
      await new SpanUpkeep(harness.sqlite, { linkClicksMin: 5, sliceMs: 1000 }).mergeSpans();
    },
    close: () => harness.close(),
  };
}

analyticsConformance('SQLite, rows alone', () => subject(0));
// Of 60 clicks at most, some are in blocks and the last ones in rows.
analyticsConformance('SQLite, blocks and rows', () => subject(7));

const START = Date.UTC(2025, 0, 1);
const GERMANY = { dimension: 'country', value: 'DE' } as const;
const PHONE = { dimension: 'device', value: 'phone' } as const;

let harness: SqliteHarness;
beforeEach(() => {
  harness = createSqliteHarness({ now: () => 0 });
});
afterEach(() => harness.close());

/** Link n of `links` has n clicks spread over 60 days, one more every 7 hours. */
function seed(links: number): AnalyticsOracle {
  const clicks: SimpleClick[] = [];
  for (let linkId = 1; linkId <= links; linkId++) {
    for (let n = 0; n < linkId; n++) {
      clicks.push({
        linkId,
        at: START + ((n * 7 * HOUR_MS + linkId * 10 * MINUTE_MS) % (60 * DAY_MS)),
        quality: n % 4 === 0 ? 'bot' : 'human',
        visitor: n % 9,
        values: { country: n % 3 === 0 ? 'DE' : 'US', device: 'phone' },
      });
    }
  }
  return new AnalyticsOracle(new SimpleIngest(harness.sqlite).ingest(clicks));
}

const range = (more: Partial<ClickRange> = {}): ClickRange => ({
  linkId: null,
  from: START,
  to: START + 60 * DAY_MS,
  filters: [],
  quality: 'human',
  ...more,
});
const queries = (options = {}) => new SqliteAnalyticsQueries(harness.read, options);

async function refused(work: Promise<unknown>): Promise<{ code: string; field: string | undefined }> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error(`not refused: ${error}`);
  return { code: error.code, field: error.details[0]?.field };
}

describe('where answers come from', () => {
  test('none or one value is read from rollups, more from rows', async () => {
    seed(5);
    const source = async (more: Partial<ClickRange>) => (await queries().totals(range(more))).source;
    expect(await source({})).toBe('rollup');
    expect(await source({ quality: 'all', filters: [GERMANY] })).toBe('rollup');
    expect(await source({ quality: 'bot' })).toBe('rollup');
    expect(await source({ filters: [{ dimension: 'link', value: '3' }, GERMANY] })).toBe('rollup');
    expect(await source({ quality: 'bot', filters: [GERMANY] })).toBe('events');
    expect(await source({ filters: [GERMANY, PHONE] })).toBe('events');
    expect(await source({ filters: [GERMANY, { ...GERMANY, value: 'US' }] })).toBe('events');
  });

  test('the busiest links are found without reading all, ties included', async () => {
    const oracle = seed(60);
    fillDayTier(harness.sqlite, START / DAY_MS + 30);
    for (const asked of [
      range(),
      range({ quality: 'all' }),
      range({ from: START + 3 * DAY_MS + 5, to: START + 50 * DAY_MS + 7 }),
    ]) {
      const { data } = await queries().top({ ...asked, dimension: 'link', limit: 7 });
      expect(data).toEqual(oracle.top(asked, 'link').slice(0, 7));
    }
  });
});

describe('rows that are gone', () => {
  const cut = range({ quality: 'all', from: START + 20 * MINUTE_MS, to: START + 30 * DAY_MS + 20 * MINUTE_MS });
  const removeRows = (before: number) => {
    harness.sqlite.query('DELETE FROM clicks WHERE at < ?').run(before);
    harness.sqlite.query('DELETE FROM click_hours WHERE hour < ?').run(before / HOUR_MS);
  };

  test('borders go out to whole quarter hours, or hours with a filter, and the answer says so', async () => {
    const oracle = seed(40);
    removeRows(START + DAY_MS);
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

  test('days and hours that begin at half past or a quarter to are exact without them, over all links', async () => {
    const oracle = seed(40);
    removeRows(START + 60 * DAY_MS);
    for (const timeZone of ['Asia/Kolkata', 'Asia/Kathmandu']) {
      for (const quality of ['human', 'all'] as const) {
        const asked = range({ quality, from: START + 30 * MINUTE_MS, filters: [GERMANY] });
        for (const interval of ['day', 'hour'] as const) {
          const { data, grain } = await queries().timeseries({ ...asked, interval, timeZone });
          const starts = data.map(({ start }) => start);
          expect({ grain, data }).toEqual({ grain: 'exact', data: oracle.series(asked, starts) });
        }
      }
    }
  });

  test('an answer from rows covers only the time that has them', async () => {
    seed(40);
    removeRows(START + DAY_MS);
    const { covered, sampled } = await queries().totals(range({ filters: [GERMANY, PHONE] }));
    const oldest =
      harness.sqlite.query<{ hour: number }, []>('SELECT min(hour) AS hour FROM click_hours').get()?.hour ?? 0;
    expect({ covered, sampled }).toEqual({
      covered: { from: oldest * HOUR_MS, to: START + 60 * DAY_MS },
      sampled: false,
    });
    expect((await queries({ sampleRate: 0.5 }).totals(range({ filters: [GERMANY, PHONE] }))).sampled).toBe(true);
  });
});

describe('limits', () => {
  test('numbers out of bounds are refused by name', async () => {
    const ask = queries();
    const hours = { interval: 'hour', timeZone: 'UTC' } as const;
    expect(await refused(ask.totals(range({ to: START })))).toEqual({ code: 'invalid_request', field: 'to' });
    expect(await refused(ask.totals(range({ from: Number.NaN })))).toEqual({ code: 'invalid_request', field: 'from' });
    expect(await refused(ask.totals(range({ to: START + 3700 * DAY_MS })))).toEqual({
      code: 'invalid_request',
      field: 'to',
    });
    expect(await refused(ask.timeseries({ ...range({ to: START + 209 * DAY_MS }), ...hours }))).toEqual({
      code: 'invalid_request',
      field: 'interval',
    });
    expect(await refused(ask.timeseries({ ...range(), ...hours, timeZone: 'Mars/Base' }))).toEqual({
      code: 'invalid_request',
      field: 'timeZone',
    });
    expect(await refused(ask.top({ ...range(), dimension: 'os', limit: 1001 }))).toEqual({
      code: 'invalid_request',
      field: 'limit',
    });
    expect(await refused(ask.clicksPage({ ...range(), afterId: -1, limit: 1 }))).toEqual({
      code: 'invalid_request',
      field: 'afterId',
    });
    const lines = {
      linkIds: Array.from({ length: 201 }, (_, n) => n),
      from: START,
      to: START + 1,
      points: 1,
      quality: 'all',
    } as const;
    expect(await refused(ask.sparklines(lines))).toEqual({ code: 'invalid_request', field: 'linkIds' });
    expect(await refused(ask.sparklines({ ...lines, linkIds: [1], points: 0 }))).toEqual({
      code: 'invalid_request',
      field: 'points',
    });
  });

  test('a question over too many rows, or over time, ends as query_timeout', async () => {
    seed(20);
    const rows = range({ filters: [GERMANY, PHONE] });
    expect((await refused(queries({ scanRowsMax: 100 }).totals(rows))).code).toBe('query_timeout');
    expect((await refused(queries({ deadlineMs: 0 }).totals(rows))).code).toBe('query_timeout');
    expect((await queries({ scanRowsMax: 300 }).totals(rows)).source).toBe('events');
  });

  test('others of the thread have their turn during a scan', async () => {
    seed(3);
    harness.sqlite.run('UPDATE click_hours SET max_id = 1000000');
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const scan = queries().totals(range({ filters: [GERMANY, PHONE] }));
    let isDone = false;
    void scan.then(() => {
      isDone = true;
    });
    await new Promise<void>((resume) => setImmediate(resume));
    expect(isDone).toBe(false);
    await scan;
    clearInterval(timer);
  });
});

describe('plans of hot queries', () => {
  const plan = (sql: string) =>
    harness.sqlite
      .query<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => detail);

  test('a chart of one series seeks its rows', () => {
    expect(plan('SELECT slot FROM rollup_15m WHERE link_id = 1 AND slot BETWEEN 1 AND 2')).toEqual([
      'SEARCH rollup_15m USING PRIMARY KEY (link_id=? AND slot>? AND slot<?)',
    ]);
    expect(
      plan(
        `SELECT clicks FROM json_each('[]') t CROSS JOIN rollup_hour r ON r.hour = t.value AND r.link_id = 1 AND r.value_id = 2`,
      ),
    ).toEqual(['SCAN t VIRTUAL TABLE INDEX 1:', 'SEARCH r USING PRIMARY KEY (hour=? AND link_id=? AND value_id=?)']);
  });

  test('a scan reads a range of ids, a rare link its index', () => {
    expect(plan('SELECT count(*) FROM clicks WHERE id BETWEEN 1 AND 2 AND at >= 1 AND +link_id = 3')).toEqual([
      'SEARCH clicks USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)',
    ]);
    expect(plan('SELECT count(*) FROM clicks WHERE id BETWEEN 1 AND 2 AND at >= 1 AND link_id = 3')).toEqual([
      'SEARCH clicks USING INDEX clicks_link (link_id=? AND rowid>? AND rowid<?)',
    ]);
  });
});
