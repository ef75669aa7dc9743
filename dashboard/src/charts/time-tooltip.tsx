import { formatBucket } from '../format/buckets.ts';
import type { Interval } from '../format/calendar.ts';
import { formatChange, formatCount } from '../format/numbers.ts';
import { t } from '../i18n/index.ts';
import type { Buckets } from './time-series.ts';

interface Line {
  kind: 'main' | 'compare';
  name: string;
  when: string;
  value: number | null;
}

function linesOf({ starts, main, compare }: Buckets, index: number, interval: Interval, tz: string): Line[] {
  return [main, compare].flatMap((series) => {
    const point = series?.points[index];
    if (series === undefined || point === undefined || starts[index] === undefined) return [];
    const when = formatBucket(Date.parse(point.start), interval, tz);
    return [{ kind: series.kind, name: series.name, when, value: point.value }];
  });
}

/** One bucket in words. */
export function bucketText(buckets: Buckets, index: number, interval: Interval, tz: string): string {
  const lines = linesOf(buckets, index, interval, tz).map(
    ({ name, when, value }) => `${when}, ${name}: ${shown(value)}`,
  );
  return [...lines, ...(index === buckets.running ? [t('analytics.chart.running')] : [])].join('; ');
}

/** What stands beside the pointer. */
export function TimeTooltip({
  buckets,
  index,
  left,
  interval,
  tz,
}: {
  buckets: Buckets;
  index: number;
  /** Of the pointer. Units: CSS pixels. */
  left: number;
  interval: Interval;
  tz: string;
}) {
  const lines = linesOf(buckets, index, interval, tz);
  const [main, compare] = lines;
  const isRunning = index === buckets.running;
  const change =
    !isRunning && main && compare && main.value !== null && compare.value !== null
      ? formatChange(main.value, compare.value)
      : null;
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute top-1 z-10 max-w-[calc(100%-1rem)] rounded-lg border border-line bg-raised px-3 py-2 text-xs shadow-raised"
      // Away from the side on which the pointer is, so that it covers no line that is being read.
      style={index > buckets.starts.length / 2 ? { right: `calc(100% - ${left - 14}px)` } : { left: left + 14 }}
    >
      {lines.map(({ kind, name, when, value }) => (
        <div key={kind} className="flex items-baseline gap-2 whitespace-nowrap">
          <SeriesMark kind={kind} />
          <span className="min-w-0 truncate">
            <span className="text-muted">{when}</span>
            <span className="sr-only"> {name}</span>
          </span>
          <span className="ml-auto pl-2 font-semibold tabular-nums">{shown(value)}</span>
        </div>
      ))}
      {change !== null && <p className="text-right text-muted">{change}</p>}
      {isRunning && <p className="text-muted">{t('analytics.chart.running')}</p>}
    </div>
  );
}

/** How a series looks in the chart. */
export function SeriesMark({ kind }: { kind: 'main' | 'compare' }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 16 8" className="h-2 w-4 shrink-0 self-center">
      <line
        x1="0"
        x2="16"
        y1="4"
        y2="4"
        stroke={kind === 'main' ? 'var(--chart-1)' : 'var(--chart-2)'}
        strokeWidth={kind === 'main' ? 3 : 1.5}
        strokeDasharray={kind === 'main' ? undefined : '4 2'}
      />
    </svg>
  );
}

function shown(value: number | null): string {
  return value === null ? '–' : formatCount(value);
}
