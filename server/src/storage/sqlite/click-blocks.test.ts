import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import { AnalyticsOracle } from '../conformance/analytics-oracle.ts';
import type { SimpleClick, StoredClick } from '../conformance/simple-clicks.ts';
import { createSqliteHarness, type SqliteHarness } from '../conformance/sqlite-harness.ts';
import { SimpleIngest } from '../conformance/sqlite-simple-clicks.ts';
import { SqliteAnalyticsQueries } from './analytics-queries.ts';
import { ClickBlockUpkeep } from './click-block-upkeep.ts';
import { decodeTimes, decodeValues, encodeTimes, encodeValues } from './click-columns.ts';

const START = Date.UTC(2025, 0, 1);
/** A slice that no busy machine cuts short. */
const UNHURRIED_MS = 60_000;

let harness: SqliteHarness;
beforeEach(() => {
  harness = createSqliteHarness({ now: () => START });
});
afterEach(() => harness.close());

const count = (table: string) =>
  harness.sqlite.query<{ n: number }, []>(`SELECT count(*) AS n FROM ${table}`).get()?.n ?? 0;

const someClick: fc.Arbitrary<SimpleClick> = fc.record({
  linkId: fc.integer({ min: 1, max: 3 }),
  at: fc.integer({ min: START, max: START + 3 * DAY_MS }),
  quality: fc.constantFrom('human' as const, 'human' as const, 'bot' as const),
  visitor: fc.integer({ min: 1, max: 6 }),
  values: fc.record({ country: fc.constantFrom('DE', 'US', ''), device: fc.constantFrom('phone', 'desktop') }),
});
const act = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(someClick, { maxLength: 12 }).map((clicks) => ({ kind: 'ingest' as const, clicks })),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'copy' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'tidy' as const }) },
  { weight: 2, arbitrary: fc.nat().map((nth) => ({ kind: 'remove' as const, nth })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'removeOldest' as const }) },
  // Events take ids from the same sequence.
  { weight: 1, arbitrary: fc.constant({ kind: 'gap' as const }) },
);

test('with rows added, removed, copied and tidied in any order, answers from clicks are those of the rows there are', () =>
  fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 40 }), async (acts) => {
      const own = createSqliteHarness({ now: () => START });
      try {
        const ingest = new SimpleIngest(own.sqlite);
        const upkeep = new ClickBlockUpkeep(own.sqlite, { blockRows: 5, sliceMs: 0 });
        const queries = new SqliteAnalyticsQueries(own.read);
        let rows: StoredClick[] = [];
        const remove = (gone: readonly StoredClick[]) => {
          for (const { id } of gone) own.sqlite.query('DELETE FROM clicks WHERE id = ?').run(id);
          rows = rows.filter((row) => !gone.includes(row));
        };
        for (const step of acts) {
          if (step.kind === 'ingest') rows.push(...ingest.ingest(step.clicks));
          if (step.kind === 'copy') await own.run(() => upkeep.copyRows());
          if (step.kind === 'tidy') await own.run(() => upkeep.tidyBlocks());
          if (step.kind === 'remove' && rows.length > 0) remove(rows.slice(step.nth % rows.length).slice(0, 1));
          if (step.kind === 'removeOldest') remove(rows.slice(0, 7));
          if (step.kind === 'gap') ingest.skipId();
        }
        const oracle = new AnalyticsOracle(rows);
        for (const quality of ['human', 'all'] as const) {
          const asked = {
            linkId: null,
            from: START + HOUR_MS + 7,
            to: START + 2 * DAY_MS + 11,
            quality,
            filters: [
              { dimension: 'country', value: 'DE' },
              { dimension: 'country', value: '' },
              { dimension: 'device', value: 'phone' },
            ] as const,
          };
          const { data } = await queries.timeseries({ ...asked, interval: 'hour', timeZone: 'Asia/Kolkata' });
          expect(data).toEqual(
            oracle.series(
              asked,
              data.map(({ start }) => start),
            ),
          );
          for (const dimension of ['link', 'country', 'quality'] as const) {
            const top = await queries.top({ ...asked, dimension, limit: 10 });
            expect(top.data).toEqual(oracle.top(asked, dimension));
          }
        }
      } finally {
        own.close();
      }
    }),
    { numRuns: 80 },
  ));

describe('upkeep of blocks', () => {
  const clicks = Array.from({ length: 30 }, (_, n) => ({
    linkId: 1 + (n % 2),
    at: START + n * HOUR_MS,
    quality: 'human' as const,
    visitor: n,
    values: { country: 'DE' },
  }));

  test('rows that fill no block wait', async () => {
    new SimpleIngest(harness.sqlite).ingest(clicks);
    const upkeep = new ClickBlockUpkeep(harness.sqlite, { blockRows: 8, sliceMs: UNHURRIED_MS });
    expect(await upkeep.copyRows()).toBe(false);
    expect(harness.sqlite.query('SELECT first_id, last_id, rows FROM click_blocks').values()).toEqual([
      [1, 8, 8],
      [9, 16, 8],
      [17, 24, 8],
    ]);
  });

  test('a block that has lost all rows goes, with all that was noted about it', async () => {
    new SimpleIngest(harness.sqlite).ingest(clicks);
    const upkeep = new ClickBlockUpkeep(harness.sqlite, { blockRows: 15, sliceMs: UNHURRIED_MS });
    await upkeep.copyRows();
    const columns = count('click_columns');
    harness.sqlite.run('DELETE FROM clicks WHERE id <= 16');
    expect(count('click_gone')).toBe(16);
    await upkeep.tidyBlocks();
    expect([count('click_blocks'), count('click_columns'), count('click_gone')]).toEqual([1, columns / 2, 1]);
    harness.sqlite.run('DELETE FROM clicks');
    await upkeep.tidyBlocks();
    expect([count('click_blocks'), count('click_columns'), count('click_gone')]).toEqual([0, 0, 0]);
  });

  test('a row that is in no block leaves no note', async () => {
    new SimpleIngest(harness.sqlite).ingest(clicks);
    harness.sqlite.run('DELETE FROM clicks WHERE id = 30');
    await new ClickBlockUpkeep(harness.sqlite, { blockRows: 8, sliceMs: UNHURRIED_MS }).copyRows();
    harness.sqlite.run('DELETE FROM clicks WHERE id = 29');
    expect(count('click_gone')).toBe(0);
  });
});

describe('the form of columns', () => {
  const COUNTRY = 2 * 2 ** 32;
  const decoded = (data: Uint8Array, rows: number) => {
    const { base, dictionary, codes } = decodeValues('country', data);
    return Array.from({ length: rows }, (_, row) => {
      const number = dictionary[codes ? (codes[row] ?? 0) : 0] ?? 0;
      return number === 0 ? 0 : base + number;
    });
  };

  test.each([
    ['one number', [COUNTRY + 3, COUNTRY + 3]],
    ['none known', [0, 0, 0]],
    ['few numbers', [COUNTRY + 1, 0, COUNTRY + 2, COUNTRY + 1]],
    ['more than a byte can tell apart', Array.from({ length: 700 }, (_, n) => COUNTRY + 1 + (n % 300))],
    ['a number beyond 4 bytes', [COUNTRY + 1, 9 * 2 ** 32, 0]],
  ])('%s comes back as it was', (_, values) => {
    expect(decoded(encodeValues('country', values), values.length)).toEqual(values);
  });

  test.each([
    ['close together', [5, 6, 6, 30_000], true],
    ['out of order', [50, 20, 90, 10], false],
    ['far apart', [5, 6, 5 + 2 ** 31], true],
    ['far apart and out of order', [5 + 2 ** 31, 5], false],
    ['years apart', [5, 5 + 2 ** 40], true],
  ])('times %s come back as they were', (_, times, isAscending) => {
    const base = Math.min(...times);
    const found = decodeTimes(encodeTimes(times, base), times.length);
    expect([...found.distances].map((distance) => base + distance)).toEqual(times);
    expect(found.isAscending).toBe(isAscending);
  });
});
