import { type Kysely, sql } from 'kysely';
import {
  ANALYTICS_LIMITS,
  type AnalyticsQueries,
  type AnswerNotes,
  type ClickCount,
  type ClickRange,
  type ClicksPage,
  type Timeseries,
  type Top,
  type Totals,
  type WeekHours,
} from '../../clicks/analytics.ts';
import { checkNumber, checkRange, checkSparklines } from '../../clicks/analytics-bounds.ts';
import { bucketStarts } from '../../clicks/time-buckets.ts';
import { byWeekHour, weekHoursOf } from '../../clicks/week-hours.ts';
import type { Plan } from '../analytics/plan.ts';
import { SLOT_MS } from '../analytics/tiers.ts';
import { readClicksPage } from './analytics-export.ts';
import { planFor } from './analytics-plan.ts';
import { checkRows, conditionOf, numbers, rowsSince, visitorsOf } from './analytics-scan.ts';
import { sumSeries } from './analytics-series.ts';
import { readSparklines } from './analytics-sparklines.ts';
import { answersFromRollups, topOfRollups, topOfRows } from './analytics-top.ts';
import type { ReadContext } from './context.ts';
import { inSnapshot } from './read-snapshot.ts';
import type { Schema } from './schema.ts';

export interface AnalyticsOptions {
  /** Share of clicks whose rows are kept, 0 to 1. */
  sampleRate: number;
  /** Clicks that one question may read row by row. */
  scanRowsMax: number;
}

export const ANALYTICS_DEFAULTS: AnalyticsOptions = { sampleRate: 1, scanRowsMax: 20_000_000 };

interface Sums {
  sums: ClickCount[];
  notes: AnswerNotes;
}

const NONE: ClickCount = { clicks: 0, visitors: 0 };

/**
 * Analytics over a pool of connections, each question over one state of the database. The work of a question is bounded by
 * the rows it may read; what still runs too long is ended by the server's statement timeout.
 */
export class PostgresAnalyticsQueries implements AnalyticsQueries {
  private readonly options: AnalyticsOptions;

  constructor(
    private readonly ctx: Pick<ReadContext, 'db'>,
    options: Partial<AnalyticsOptions> = {},
  ) {
    this.options = { ...ANALYTICS_DEFAULTS, ...options };
  }

  async totals(range: ClickRange): Promise<Totals> {
    checkRange(range);
    const { from, to } = range;
    return inSnapshot(this.ctx.db, async (db) => {
      const plan = await planFor(db, range);
      const current = await this.sum(db, plan, range, [from, to]);
      const before = await this.sum(db, plan, range, [2 * from - to, from]);
      return { ...current.notes, ...(current.sums[0] ?? NONE), previous: before.sums[0] ?? NONE };
    });
  }

  async timeseries(range: Parameters<AnalyticsQueries['timeseries']>[0]): Promise<Timeseries> {
    checkRange(range);
    const { from, to } = range;
    const starts = bucketStarts(from, to, range.interval, range.timeZone, ANALYTICS_LIMITS.bucketsMax);
    return inSnapshot(this.ctx.db, async (db) => {
      const { sums, notes } = await this.sum(db, await planFor(db, range), range, [from, ...starts.slice(1), to]);
      return { ...notes, data: starts.map((start, n) => ({ start, ...(sums[n] ?? NONE) })) };
    });
  }

  async top(range: Parameters<AnalyticsQueries['top']>[0]): Promise<Top> {
    checkRange(range);
    checkNumber('limit', range.limit, 1, ANALYTICS_LIMITS.topMax);
    const { dimension, limit } = range;
    return inSnapshot(this.ctx.db, async (db) => {
      const plan = await planFor(db, range);
      if (plan.kind === 'nothing') return { ...notesOf('rollup', range), data: [] };
      if (answersFromRollups(plan, dimension)) {
        return { ...notesOf('rollup', range), ...(await topOfRollups(db, plan, range, dimension, limit)) };
      }
      await checkRows(db, plan, range, this.options.scanRowsMax);
      const data = await topOfRows(db, plan, range, dimension, limit);
      return { ...(await this.rowNotes(db, plan, range)), data };
    });
  }

  async sparklines(query: Parameters<AnalyticsQueries['sparklines']>[0]): Promise<Record<number, number[]>> {
    const { linkIds, from, to, points, quality } = query;
    checkSparklines(query);
    const first = Math.floor(from / SLOT_MS);
    const slots = Math.ceil(to / SLOT_MS) - first;
    const line = { first, slots, points, human: quality === 'human' };
    return inSnapshot(this.ctx.db, (db) => readSparklines(db, linkIds, line));
  }

  async weekHours(range: Parameters<AnalyticsQueries['weekHours']>[0]): Promise<WeekHours> {
    checkRange(range);
    const { from, to, timeZone } = range;
    const starts = bucketStarts(from, to, 'hour', timeZone, Number.POSITIVE_INFINITY);
    return inSnapshot(this.ctx.db, async (db) => {
      const plan = await planFor(db, { ...range, filters: [] });
      const hours = weekHoursOf(starts, range);
      const { sums, notes } = await this.sum(db, plan, range, [from, ...starts.slice(1), to], hours);
      return { ...notes, data: byWeekHour(sums, hours) };
    });
  }

  async clicksPage(range: Parameters<AnalyticsQueries['clicksPage']>[0]): Promise<ClicksPage> {
    checkRange(range);
    checkNumber('limit', range.limit, 1, ANALYTICS_LIMITS.pageMax);
    checkNumber('afterId', range.afterId, 0, Number.MAX_SAFE_INTEGER);
    return inSnapshot(this.ctx.db, (db) => readClicksPage(db, range));
  }

  /**
   * Counts a plan's clicks between borders, from wherever the plan says. `groups`: see sumSeries.
   */
  private async sum(
    db: Kysely<Schema>,
    plan: Plan,
    range: Pick<ClickRange, 'quality'>,
    borders: readonly number[],
    groups?: readonly number[],
  ): Promise<Sums> {
    const asked = { from: borders[0] ?? 0, to: borders.at(-1) ?? 0, quality: range.quality };
    if (plan.kind === 'nothing') {
      return { sums: borders.slice(1).map(() => ({ ...NONE })), notes: notesOf('rollup', asked) };
    }
    if (plan.kind === 'rollup') {
      const { sums, covered, grain } = await sumSeries(db, plan, borders, groups);
      return { sums, notes: { ...notesOf('rollup', asked), covered, grain } };
    }
    return { sums: await this.sumRows(db, plan, borders), notes: await this.rowNotes(db, plan, asked) };
  }

  private async sumRows(db: Kysely<Schema>, plan: Plan, borders: readonly number[]): Promise<ClickCount[]> {
    const from = borders[0] ?? 0;
    const to = borders.at(-1) ?? 0;
    await checkRows(db, plan, { from, to }, this.options.scanRowsMax);
    const { rows } = await sql<{ bucket: number; clicks: number; visitors: number }>`
      SELECT width_bucket(at, ${numbers(borders)}) - 1 AS bucket, count(*) AS clicks, ${visitorsOf(plan.visitorBit)} AS visitors
      FROM clicks WHERE at >= ${from}::bigint AND at < ${to}::bigint AND ${conditionOf(plan)} GROUP BY 1`.execute(db);
    const sums = borders.slice(1).map(() => ({ ...NONE }));
    for (const { bucket, clicks, visitors } of rows) sums[bucket] = { clicks, visitors };
    return sums;
  }

  private async rowNotes(
    db: Kysely<Schema>,
    plan: Plan,
    range: Pick<ClickRange, 'from' | 'to' | 'quality'>,
  ): Promise<AnswerNotes> {
    const since = await rowsSince(db, plan.linkId, range);
    return {
      ...notesOf('events', range),
      covered: { from: since, to: range.to },
      sampled: this.options.sampleRate < 1,
    };
  }
}

function notesOf(
  source: AnswerNotes['source'],
  { from, to, quality }: Pick<ClickRange, 'from' | 'to' | 'quality'>,
): AnswerNotes {
  return { source, quality, covered: { from, to }, grain: 'exact', sampled: false };
}
