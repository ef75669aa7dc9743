import { afterEach, beforeEach, expect, test } from 'bun:test';
import { DIMENSIONS } from '@waymark/contract';
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import { AnalyticsOracle } from '../conformance/analytics-oracle.ts';
import type { SimpleClick } from '../conformance/simple-clicks.ts';
import { createSqliteHarness, type SqliteHarness } from '../conformance/sqlite-harness.ts';
import { fillDayTier, SimpleIngest } from '../conformance/sqlite-simple-clicks.ts';
import { SqliteAnalyticsQueries } from './analytics-queries.ts';
import { completeSpans, SPAN_DAYS, SpanUpkeep } from './rollup-spans.ts';

const SPAN = 1250;
const START = SPAN * SPAN_DAYS * DAY_MS;
const DAYS = 4 * SPAN_DAYS;

let harness: SqliteHarness;
beforeEach(() => {
  harness = createSqliteHarness({ now: () => 0 });
});
afterEach(() => harness.close());

const clicks: SimpleClick[] = Array.from({ length: 300 }, (_, n) => ({
  linkId: 1 + (n % 3),
  at: START + ((n * 5 * HOUR_MS) % (DAYS * DAY_MS)),
  quality: n % 4 === 0 ? 'bot' : 'human',
  visitor: n % 9,
  values: { country: ['DE', 'US', 'IN'][n % 3] ?? '', city: n % 2 === 0 ? `city ${n % 7}` : '' },
}));
const spansOf = (linkId: number, dimension: 'country' | 'city') =>
  completeSpans(harness.sqlite, linkId, DIMENSIONS[dimension], 0, 9999);

test('top lists are exact before, while and after spans are merged, and when a day changes', async () => {
  const ingest = new SimpleIngest(harness.sqlite, (day) => day < START / DAY_MS + DAYS - 3);
  const stored = ingest.ingest(clicks);
  fillDayTier(harness.sqlite, START / DAY_MS + DAYS - 3);
  const upkeep = new SpanUpkeep(harness.sqlite, { linkClicksMin: 50, sliceMs: 0 });
  const queries = new SqliteAnalyticsQueries(harness.read);
  const check = async () => {
    const oracle = new AnalyticsOracle(stored);
    for (const linkId of [null, 2]) {
      const asked = {
        linkId,
        from: START + 3 * DAY_MS + 5,
        to: START + DAYS * DAY_MS,
        filters: [],
        quality: 'human',
      } as const;
      for (const dimension of ['country', 'city'] as const) {
        expect((await queries.top({ ...asked, dimension, limit: 20 })).data).toEqual(oracle.top(asked, dimension));
      }
    }
  };
  await check();
  for (let more = true; more; ) {
    more = await harness.run(() => upkeep.mergeSpans());
    await check();
  }
  // The last span has days that are not complete.
  expect(spansOf(0, 'city')).toEqual([SPAN, SPAN + 1, SPAN + 2]);
  expect(spansOf(2, 'city')).toEqual([SPAN, SPAN + 1, SPAN + 2]);

  stored.push(
    ...ingest.ingest([{ ...clicks[0], linkId: 2, at: START + 20 * DAY_MS, values: { city: 'late' } } as SimpleClick]),
  );
  expect(spansOf(0, 'city')).toEqual([SPAN, SPAN + 2]);
  expect(spansOf(0, 'country')).toEqual([SPAN, SPAN + 1, SPAN + 2]);
  await check();
  while (await harness.run(() => upkeep.mergeSpans()));
  expect(spansOf(0, 'city')).toEqual([SPAN, SPAN + 1, SPAN + 2]);
  await check();
});

test('a link with few clicks has no spans', async () => {
  new SimpleIngest(harness.sqlite).ingest(clicks);
  fillDayTier(harness.sqlite, START / DAY_MS + DAYS);
  await new SpanUpkeep(harness.sqlite, { linkClicksMin: 101, sliceMs: 1000 }).mergeSpans();
  expect(spansOf(1, 'country')).toEqual([]);
  expect(spansOf(0, 'country')).toHaveLength(4);
});
