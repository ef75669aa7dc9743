import type { Dimension, Quality } from '@waymark/contract';
import type { Interval } from './time-buckets.ts';

/** Which clicks an answer counts: those of people, all, or those of one other quality. */
export type CountedQuality = Quality | 'all';

/** One value of one dimension. '' is "not known"; for `link` the value is a link id in digits. */
export interface DimensionFilter {
  dimension: Dimension;
  value: string;
}

/**
 * Clicks of a time range. `from` inclusive, `to` exclusive, epoch ms UTC, at most ANALYTICS_LIMITS.rangeMs apart.
 * Values of one dimension are alternatives, different dimensions all have to hold.
 * @NOTE Whether a link may be seen is the caller's check: a deleted link still has its rows until it is purged, and
 * the numbers of all links together (`linkId` null) keep its clicks for ever.
 */
export interface ClickRange {
  linkId: number | null;
  from: number;
  to: number;
  filters: readonly DimensionFilter[];
  quality: CountedQuality;
}

/**
 * Clicks, and how many of them were the first of their visitor that UTC day (on the link, or on any link where all are
 * asked for), so a range shows the sum of its days.
 */
export interface ClickCount {
  clicks: number;
  visitors: number;
}

/** How an answer was come by. */
export interface AnswerNotes {
  /** Counts kept for ever, or the rows of the clicks themselves. */
  source: 'rollup' | 'events';
  quality: CountedQuality;
  /** What was really counted: wider than asked where only whole units are known, narrower where old rows are gone. */
  covered: { from: number; to: number };
  /** Unit by which clicks on a border were placed; `exact` where each was placed by its own time. */
  grain: 'exact' | '15m' | 'hour';
  /** True where rows were read of which only a share is kept. */
  sampled: boolean;
}

export interface Totals extends AnswerNotes, ClickCount {
  /** The range of the same length that ends where this one begins. */
  previous: ClickCount;
}

export interface Timeseries extends AnswerNotes {
  /** Every bucket of the range in order, empty ones too. `start` in epoch ms; the first may lie before `from`. */
  data: ({ start: number } & ClickCount)[];
}

export interface Top extends AnswerNotes {
  /** Most clicks first, then by value. */
  data: ({ value: string } & ClickCount)[];
}

export interface WeekHours extends AnswerNotes {
  /** Clicks by local weekday (Monday first) and hour: 7 rows of 24. */
  data: number[][];
}

/** A click as exports show it: every dimension as text, '' where unknown. */
export interface ExportedClick {
  id: number;
  linkId: number;
  at: number;
  /** First click of its visitor that UTC day on that link. */
  firstToday: boolean;
  values: Record<Exclude<Dimension, 'link'>, string>;
}

export interface ClicksPage {
  rows: ExportedClick[];
  /** Where to go on; null at the end. A page may be short, even empty, before the end: the work of one call is bounded. */
  nextAfterId: number | null;
}

export const ANALYTICS_LIMITS = {
  rangeMs: 3653 * 86_400_000,
  bucketsMax: 5000,
  topMax: 1000,
  sparklineLinksMax: 200,
  sparklinePointsMax: 500,
  pageMax: 5000,
} as const;

/**
 * Reads of clicks, for charts and exports. No filter or one value of one dimension is answered from rollups, anything else
 * from the clicks' rows, within limits of rows and time. Where a dimension had too many values in a day, the rest is
 * counted under '(other)' in rollups.
 * Errors: `invalid_request` naming the field for a number out of bounds; `query_timeout` where rows or time run out.
 */
export interface AnalyticsQueries {
  totals(range: ClickRange): Promise<Totals>;
  /** Local buckets of an IANA zone; a day is 23 or 25 hours long where clocks change; weeks start on Monday. */
  timeseries(range: ClickRange & { interval: Interval; timeZone: string }): Promise<Timeseries>;
  top(range: ClickRange & { dimension: Dimension; limit: number }): Promise<Top>;
  /** Clicks of many links in equal parts of one range, by whole quarter hours. Keyed by link id. */
  sparklines(query: {
    linkIds: readonly number[];
    from: number;
    to: number;
    points: number;
    quality: 'human' | 'all';
  }): Promise<Record<number, number[]>>;
  weekHours(range: Omit<ClickRange, 'filters'> & { timeZone: string }): Promise<WeekHours>;
  /** Rows in order of id, for streams: call again with `nextAfterId` until it is null. */
  clicksPage(range: ClickRange & { afterId: number; limit: number }): Promise<ClicksPage>;
}
