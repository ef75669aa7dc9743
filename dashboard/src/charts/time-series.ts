import type { Interval } from '../format/calendar.ts';
import { later } from '../format/calendar.ts';
import type { PlotValues } from './time-plot.ts';

export interface TimePoint {
  /** RFC 3339. */
  start: string;
  value: number;
}

export interface TimeSeries {
  name: string;
  points: readonly TimePoint[];
  /** `compare` is laid over the main one bucket by bucket, whatever its own dates are. */
  kind: 'main' | 'compare';
}

/** Series by bucket of the main one, ready to be drawn and read out. */
export interface Buckets {
  /** Epoch ms. */
  starts: number[];
  main: TimeSeries | undefined;
  compare: TimeSeries | undefined;
  /** The bucket that `now` is in; -1 where that is none of these. */
  running: number;
  values: PlotValues;
}

/** Lays the series over each other. Buckets that have not begun have no value, and the running one a line of its own. */
export function bucketsOf(series: readonly TimeSeries[], interval: Interval, timeZone: string, now: number): Buckets {
  const main = series.find(({ kind }) => kind === 'main');
  const compare = series.find(({ kind }) => kind === 'compare');
  const points = main?.points ?? [];
  const starts = points.map(({ start }) => Date.parse(start));
  const running = starts.findLastIndex((start) => start <= now && now < later(interval, start, 1, timeZone));
  const ahead = (index: number) => (starts[index] ?? 0) > now;
  return {
    starts,
    main,
    compare,
    running,
    values: {
      main: points.map(({ value }, index) => (index === running || ahead(index) ? null : value)),
      running: points.map(({ value }, index) =>
        running !== -1 && (index === running || index === running - 1) ? value : null,
      ),
      compare: points.map((_, index) => compare?.points[index]?.value ?? null),
    },
  };
}
