import { describe, expect, test } from 'bun:test';
import type { Quality } from '@waymark/contract';
import fc from 'fast-check';
import type { AnalyticsQueries, ClickRange, DimensionFilter } from '../../clicks/analytics.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../platform/clock.ts';
import { AnalyticsOracle } from './analytics-oracle.ts';
import type { SimpleClick, StoredClick } from './simple-clicks.ts';

/** What an adapter brings: an empty store, a way to fill it, and to merge days before one into the day tier, with whatever else upkeep does then. */
export interface AnalyticsSubject {
  queries: AnalyticsQueries;
  ingest(clicks: readonly SimpleClick[]): StoredClick[] | Promise<StoredClick[]>;
  fillDayTier(day: number): void | Promise<void>;
  close(): void | Promise<void>;
}

/** Clocks change in New York within these days, and in Chatham a month later. */
const START = Date.UTC(2025, 2, 6);
const SPAN_DAYS = 8;
const ZONES = ['UTC', 'America/New_York', 'Asia/Kolkata', 'Pacific/Chatham'] as const;
const COUNTRIES = ['DE', 'US', 'IN'] as const;
const DEVICES = ['phone', 'desktop'] as const;
const QUALITY_POOL: Quality[] = ['human', 'human', 'human', 'bot', 'duplicate'];

const optional = (pool: readonly string[]) => fc.constantFrom(...pool, '');
const click: fc.Arbitrary<SimpleClick> = fc.record({
  linkId: fc.integer({ min: 1, max: 3 }),
  at: fc.integer({ min: START, max: START + SPAN_DAYS * DAY_MS - 1 }),
  quality: fc.constantFrom(...QUALITY_POOL),
  visitor: fc.integer({ min: 1, max: 12 }),
  values: fc.record({ country: optional(COUNTRIES), device: optional(DEVICES), reason: fc.constant('') }),
});
const clicks = fc
  .array(click, { minLength: 1, maxLength: 60 })
  .map((list) =>
    list.map((one) => ({ ...one, values: { ...one.values, reason: one.quality === 'human' ? '' : 'agent' } })),
  );
const filter: fc.Arbitrary<DimensionFilter> = fc.oneof(
  fc.record({ dimension: fc.constant('country' as const), value: optional([...COUNTRIES, 'XX']) }),
  fc.record({ dimension: fc.constant('device' as const), value: optional(DEVICES) }),
  fc.record({ dimension: fc.constant('quality' as const), value: fc.constantFrom('human', 'bot', 'monitor') }),
  fc.record({ dimension: fc.constant('reason' as const), value: fc.constantFrom('agent', '') }),
  fc.record({ dimension: fc.constant('link' as const), value: fc.constantFrom('1', '2', 'x') }),
);
/** Any millisecond, quarter hours and whole days alike. */
const time = fc.oneof(
  fc.integer({ min: START - DAY_MS, max: START + (SPAN_DAYS + 1) * DAY_MS }),
  fc.integer({ min: -96, max: (SPAN_DAYS + 1) * 96 }).map((slot) => START + slot * 15 * MINUTE_MS),
  fc.integer({ min: -1, max: SPAN_DAYS + 1 }).map((day) => START + day * DAY_MS),
);
const range: fc.Arbitrary<ClickRange> = fc
  .record({
    linkId: fc.constantFrom(null, 1, 2),
    ends: fc.tuple(time, time).filter(([a, b]) => a !== b),
    filters: fc.array(filter, { maxLength: 3 }),
    quality: fc.constantFrom('human' as const, 'all' as const, 'bot' as const),
  })
  .map(({ ends: [a, b], ...rest }) => ({ ...rest, from: Math.min(a, b), to: Math.max(a, b) }));
const scene = fc.record({
  clicks,
  range,
  zone: fc.constantFrom(...ZONES),
  daysMerged: fc.integer({ min: 0, max: SPAN_DAYS }),
});
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

/** A property takes seconds over a database of its own process, on a machine that does other things too. */
const PROPERTY_MS = 60_000;

/** Runs every adapter of AnalyticsQueries against a plain count of the same clicks. */
export function analyticsConformance(name: string, create: () => AnalyticsSubject | Promise<AnalyticsSubject>): void {
  const withScene = async (
    given: Scene,
    check: (subject: AnalyticsSubject, oracle: AnalyticsOracle) => Promise<void>,
  ) => {
    const subject = await create();
    try {
      const oracle = new AnalyticsOracle(await subject.ingest(given.clicks));
      await subject.fillDayTier(START / DAY_MS + given.daysMerged);
      await check(subject, oracle);
    } finally {
      await subject.close();
    }
  };
  const always = (check: (given: Scene, subject: AnalyticsSubject, oracle: AnalyticsOracle) => Promise<void>) =>
    fc.assert(
      fc.asyncProperty(scene, (given) => withScene(given, (subject, oracle) => check(given, subject, oracle))),
      { numRuns: 60 },
    );

  describe(`${name}: analytics`, () => {
    test(
      'totals are the clicks of the range and of the one before it, whatever the filters',
      () =>
        always(async ({ range }, { queries }, oracle) => {
          const { clicks, visitors, previous, covered, grain } = await queries.totals(range);
          const before = { ...range, from: 2 * range.from - range.to, to: range.from };
          expect({ clicks, visitors, previous, covered, grain }).toEqual({
            ...oracle.count(range),
            previous: oracle.count(before),
            covered: { from: range.from, to: range.to },
            grain: 'exact',
          });
        }),
      PROPERTY_MS,
    );

    test(
      'each click stands in the local hour, day, week and month of its zone',
      () =>
        always(async ({ range, zone }, { queries }, oracle) => {
          for (const interval of ['hour', 'day', 'week', 'month'] as const) {
            const { data, grain } = await queries.timeseries({ ...range, interval, timeZone: zone });
            expect(grain).toBe('exact');
            expect(data).toEqual(
              oracle.series(
                range,
                data.map(({ start }) => start),
              ),
            );
            expect(data[0]?.start).toBeLessThanOrEqual(range.from);
            if (interval !== 'hour')
              oracle.expectLocalMidnights(
                data.map(({ start }) => start),
                interval,
                zone,
              );
          }
        }),
      PROPERTY_MS,
    );

    test(
      'top lists every value by clicks, then by name',
      () =>
        always(async ({ range }, { queries }, oracle) => {
          for (const dimension of ['country', 'device', 'quality', 'reason', 'link'] as const) {
            const { data } = await queries.top({ ...range, dimension, limit: 100 });
            expect({ dimension, data }).toEqual({ dimension, data: oracle.top(range, dimension) });
            const { data: first } = await queries.top({ ...range, dimension, limit: 1 });
            expect(first).toEqual(data.slice(0, 1));
          }
        }),
      PROPERTY_MS,
    );

    test(
      'week hours add up by local weekday and hour',
      () =>
        always(async ({ range, zone }, { queries }, oracle) => {
          const asked = { ...range, filters: [] };
          const { data } = await queries.weekHours({ ...asked, timeZone: zone });
          expect(data).toEqual(oracle.weekHours(asked, zone));
        }),
      PROPERTY_MS,
    );

    test(
      'each quarter hour of a sparkline counts in the point it lies in',
      () =>
        always(async ({ range: { from, to } }, { queries }, oracle) => {
          const slot = 15 * MINUTE_MS;
          const whole = { from: Math.floor(from / slot) * slot, to: Math.ceil(to / slot) * slot, filters: [] };
          const slots = (whole.to - whole.from) / slot;
          for (const points of [1, 12, 500]) {
            const lines = await queries.sparklines({ linkIds: [1, 2, 9], from, to, points, quality: 'human' });
            for (const linkId of [1, 2, 9]) {
              const expected = new Array<number>(points).fill(0);
              for (const { at } of oracle.matching({ ...whole, linkId, quality: 'human' })) {
                const point = Math.floor((Math.floor((at - whole.from) / slot) * points) / slots);
                expected[point] = (expected[point] ?? 0) + 1;
              }
              expect(lines[linkId]).toEqual(expected);
            }
          }
        }),
      PROPERTY_MS,
    );

    test(
      'pages of clicks are all clicks of the range, each once, in order',
      () =>
        always(async ({ range }, { queries }, oracle) => {
          const rows: { id: number; country: string }[] = [];
          let afterId: number | null = 0;
          while (afterId !== null) {
            const page = await queries.clicksPage({ ...range, afterId, limit: 7 });
            rows.push(...page.rows.map((row) => ({ id: row.id, country: row.values.country })));
            afterId = page.nextAfterId;
          }
          expect(rows).toEqual(
            oracle.matching(range).map((one) => ({ id: one.id, country: one.values.country ?? '' })),
          );
        }),
      PROPERTY_MS,
    );

    test('a day is 23 hours long where clocks go forward, and empty buckets are there', async () => {
      const subject = await create();
      const { data } = await subject.queries.timeseries({
        linkId: null,
        from: Date.UTC(2025, 2, 8, 5),
        to: Date.UTC(2025, 2, 11, 4),
        filters: [],
        quality: 'human',
        interval: 'day',
        timeZone: 'America/New_York',
      });
      await subject.close();
      expect(data.map(({ start }) => start)).toEqual([
        Date.UTC(2025, 2, 8, 5),
        Date.UTC(2025, 2, 9, 5),
        Date.UTC(2025, 2, 9, 5) + 23 * HOUR_MS,
      ]);
      expect(data.every(({ clicks, visitors }) => clicks === 0 && visitors === 0)).toBe(true);
    });
  });
}
