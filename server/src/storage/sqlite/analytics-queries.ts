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
import { readClicksPage } from './analytics-export.ts';
import { type Plan, planFor } from './analytics-plan.ts';
import { countClicks, rowsSince, type ScanLimits } from './analytics-scan.ts';
import { sumSeries } from './analytics-series.ts';
import { readSparklines } from './analytics-sparklines.ts';
import { SLOT_MS } from './analytics-tiers.ts';
import { answersFromRollups, inOrder, topLinks, topOfRollups, topOfRows } from './analytics-top.ts';
import type { ReadContext } from './context.ts';

export interface AnalyticsOptions extends ScanLimits {
  /** Share of clicks whose rows are kept, 0 to 1. */
  sampleRate: number;
}

export const ANALYTICS_DEFAULTS: AnalyticsOptions = { scanRowsMax: 20_000_000, deadlineMs: 5000, sampleRate: 1 };

interface Sums {
  sums: ClickCount[];
  notes: AnswerNotes;
}

const NONE: ClickCount = { clicks: 0, visitors: 0 };

/**
 * Analytics over one read-only connection. Statements are short; between portions of a long scan other calls of the
 * thread are answered. Hand-written SQL: the same few columns are read by the hundred thousand.
 */
export class SqliteAnalyticsQueries implements AnalyticsQueries {
  private readonly options: AnalyticsOptions;

  constructor(
    private readonly ctx: ReadContext,
    options: Partial<AnalyticsOptions> = {},
  ) {
    this.options = { ...ANALYTICS_DEFAULTS, ...options };
  }

  async totals(range: ClickRange): Promise<Totals> {
    checkRange(range);
    const { from, to } = range;
    const plan = planFor(this.ctx.sqlite, range);
    const current = await this.sum(plan, range, [from, to]);
    const before = await this.sum(plan, range, [2 * from - to, from]);
    return { ...current.notes, ...(current.sums[0] ?? NONE), previous: before.sums[0] ?? NONE };
  }

  async timeseries(range: Parameters<AnalyticsQueries['timeseries']>[0]): Promise<Timeseries> {
    checkRange(range);
    const { from, to } = range;
    const starts = bucketStarts(from, to, range.interval, range.timeZone, ANALYTICS_LIMITS.bucketsMax);
    const plan = planFor(this.ctx.sqlite, range);
    const { sums, notes } = await this.sum(plan, range, [from, ...starts.slice(1), to]);
    return { ...notes, data: starts.map((start, n) => ({ start, ...(sums[n] ?? NONE) })) };
  }

  async top(range: Parameters<AnalyticsQueries['top']>[0]): Promise<Top> {
    checkRange(range);
    checkNumber('limit', range.limit, 1, ANALYTICS_LIMITS.topMax);
    const { sqlite } = this.ctx;
    const { dimension, limit } = range;
    const plan = planFor(sqlite, range);
    if (plan.kind === 'nothing') return { ...this.notes('rollup', range), data: [] };
    if (!answersFromRollups(plan, dimension)) {
      const counted = await topOfRows(sqlite, plan, range, dimension, this.options);
      return { ...this.rowNotes(plan, range), data: inOrder(sqlite, dimension, counted, limit) };
    }
    const busiest = dimension === 'link' ? topLinks(sqlite, plan, range, limit) : null;
    if (busiest) return { ...this.notes('rollup', range), data: inOrder(sqlite, dimension, busiest, limit) };
    const { counted, covered, grain } = topOfRollups(sqlite, plan, range, dimension);
    return { ...this.notes('rollup', range), covered, grain, data: inOrder(sqlite, dimension, counted, limit) };
  }

  async sparklines(query: Parameters<AnalyticsQueries['sparklines']>[0]): Promise<Record<number, number[]>> {
    const { linkIds, from, to, points, quality } = query;
    checkSparklines(query);
    const first = Math.floor(from / SLOT_MS);
    const slots = Math.ceil(to / SLOT_MS) - first;
    return readSparklines(this.ctx.sqlite, linkIds, { first, slots, points, human: quality === 'human' });
  }

  async weekHours(range: Parameters<AnalyticsQueries['weekHours']>[0]): Promise<WeekHours> {
    checkRange(range);
    const { from, to, timeZone } = range;
    const plan = planFor(this.ctx.sqlite, { ...range, filters: [] });
    const starts = bucketStarts(from, to, 'hour', timeZone, Number.POSITIVE_INFINITY);
    const { sums, notes } = await this.sum(plan, range, [from, ...starts.slice(1), to]);
    return { ...notes, data: byWeekHour(sums, weekHoursOf(starts, range)) };
  }

  async clicksPage(range: Parameters<AnalyticsQueries['clicksPage']>[0]): Promise<ClicksPage> {
    checkRange(range);
    checkNumber('limit', range.limit, 1, ANALYTICS_LIMITS.pageMax);
    checkNumber('afterId', range.afterId, 0, Number.MAX_SAFE_INTEGER);
    return readClicksPage(this.ctx.sqlite, range, this.options);
  }

  /** Counts a plan's clicks between borders, from wherever the plan says. */
  private async sum(plan: Plan, range: Pick<ClickRange, 'quality'>, borders: readonly number[]): Promise<Sums> {
    const from = borders[0] ?? 0;
    const to = borders.at(-1) ?? 0;
    const asked = { from, to, quality: range.quality };
    if (plan.kind === 'nothing') {
      return { sums: borders.slice(1).map(() => ({ ...NONE })), notes: this.notes('rollup', asked) };
    }
    if (plan.kind === 'rollup') {
      const { sums, covered, grain } = sumSeries(this.ctx.sqlite, plan, borders);
      return { sums, notes: { ...this.notes('rollup', asked), covered, grain } };
    }
    return { sums: await this.sumRows(plan, borders), notes: this.rowNotes(plan, asked) };
  }

  private async sumRows(plan: Plan, borders: readonly number[]): Promise<ClickCount[]> {
    const sums = borders.slice(1).map(() => ({ ...NONE }));
    const range = { from: borders[0] ?? 0, to: borders.at(-1) ?? 0 };
    await countClicks(this.ctx.sqlite, plan, range, { by: 'time', borders }, this.options, (part, clicks, visitors) => {
      const sum = sums[part];
      if (!sum) return;
      sum.clicks += clicks;
      sum.visitors += visitors;
    });
    return sums;
  }

  private notes(
    source: AnswerNotes['source'],
    { from, to, quality }: Pick<ClickRange, 'from' | 'to' | 'quality'>,
  ): AnswerNotes {
    return { source, quality, covered: { from, to }, grain: 'exact', sampled: false };
  }

  private rowNotes(plan: Plan, range: Pick<ClickRange, 'from' | 'to' | 'quality'>): AnswerNotes {
    const since = rowsSince(this.ctx.sqlite, plan.linkId ?? 0, range.from, range.to);
    return {
      ...this.notes('events', range),
      covered: { from: since, to: range.to },
      sampled: this.options.sampleRate < 1,
    };
  }
}
