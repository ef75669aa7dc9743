import {
  type KeyboardEvent,
  type Ref,
  useEffect,
  useEffectEvent,
  useId,
  useImperativeHandle,
  useRef,
  useState,
} from 'react';
import { formatTick } from '../format/buckets.ts';
import { type Interval, later } from '../format/calendar.ts';
import { t } from '../i18n/index.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { chartPng } from './chart-png.ts';
import { timeTicks } from './time-axis.ts';
import type { TimePlot } from './time-plot.ts';
import { bucketsOf, type TimeSeries } from './time-series.ts';
import { bucketText, TimeTooltip } from './time-tooltip.tsx';

export interface TimeChartHandle {
  /** The chart as it looks, with its title and what its lines are; null while it is not drawn. */
  toPng(title: string): Promise<Blob | null>;
}

export interface TimeChartProps {
  /** What it shows, in words. */
  label: string;
  series: readonly TimeSeries[];
  interval: Interval;
  /** IANA zone of the buckets. */
  tz: string;
  /** Epoch ms; what is after it has not happened, and the bucket around it still runs. */
  now: number;
  /** Takes a part that was chosen by drawing over it or by keys, in RFC 3339; `to` exclusive. Absent: nothing can be chosen. */
  onZoom?(from: string, to: string): void;
  /** Units: CSS pixels. @default 260 */
  height?: number;
  ref?: Ref<TimeChartHandle>;
}

const HEIGHT = 260;
const loadPlot = () => import('./time-plot.ts');
// Beside the data that it is to draw; where this fails, the chart asks again.
void loadPlot().catch(() => {});
/** Buckets that Page Up and Page Down pass over. */
const LEAP = 10;

/**
 * Counts over time. The pointer or arrow keys read single buckets; drawing over some, or Shift with arrows and Enter,
 * zooms into them. Who can't see it gets each bucket in words as it is moved to.
 */
export function TimeChart({ label, series, interval, tz, now, onZoom, height = HEIGHT, ref }: TimeChartProps) {
  const root = useRef<HTMLDivElement>(null);
  const [plot, setPlot] = useState<TimePlot | null>(null);
  const [point, setPoint] = useState<{ index: number; left: number } | null>(null);
  const [anchor, setAnchor] = useState<number | null>(null);
  const hint = useId();
  const buckets = bucketsOf(series, interval, tz, now);
  // The canvas is outside of React: it is told of every change of what it draws.
  const drawn = JSON.stringify([buckets.values, interval, tz]);
  const onCanvas = useRef('');
  const last = buckets.starts.length - 1;
  const index = Math.min(point?.index ?? last, last);

  const zoom = (from: number, to: number) => {
    const [first, end] = [buckets.starts[Math.min(from, to)], buckets.starts[Math.max(from, to)]];
    if (first === undefined || end === undefined) return;
    setAnchor(null);
    plot?.mark(null);
    plot?.point(null);
    onZoom?.(new Date(first).toISOString(), new Date(later(interval, end, 1, tz)).toISOString());
  };
  const canZoom = onZoom !== undefined;
  const onSelect = useEffectEvent(zoom);
  const ticks = useEffectEvent((ticksMax: number) =>
    timeTicks(buckets.starts, interval, tz, ticksMax).map(({ index: at, start, part }) => ({
      index: at,
      label: formatTick(start, part, tz),
    })),
  );
  const values = useEffectEvent(() => {
    onCanvas.current = drawn;
    return buckets.values;
  });

  useEffect(() => {
    const element = root.current;
    if (element === null) return;
    let made: TimePlot | null = null;
    let gone = false;
    const size = new ResizeObserver(() => made?.resize(element.clientWidth, height));
    void loadPlot().then(({ createTimePlot }) => {
      if (gone) return;
      made = createTimePlot(element, {
        width: element.clientWidth,
        height,
        values: values(),
        ticks: (ticksMax) => ticks(ticksMax),
        onPoint: (at, left) => setPoint(at === null || left < 0 ? null : { index: at, left }),
        onSelect: canZoom ? (from, to) => onSelect(from, to) : null,
      });
      size.observe(element);
      setPlot(made);
    });
    return () => {
      gone = true;
      size.disconnect();
      made?.destroy();
      setPlot(null);
    };
  }, [height, canZoom]);

  useEffect(() => {
    if (onCanvas.current !== drawn) plot?.update(values());
  }, [plot, drawn]);

  useImperativeHandle(ref, () => ({
    toPng: async (title) => (plot === null ? null : chartPng(plot.canvas, title, buckets)),
  }));

  const onKeyDown = (event: KeyboardEvent) => {
    const to = target(event.key, index, last);
    if (to !== null) {
      const from = event.shiftKey && canZoom ? (anchor ?? index) : null;
      setAnchor(from);
      plot?.mark(from === null ? null : [Math.min(from, to), Math.max(from, to)]);
      plot?.point(to);
    } else if (event.key === 'Enter' && canZoom && (interval !== 'hour' || anchor !== null))
      zoom(anchor ?? index, index);
    else if (event.key === 'Escape' && (anchor !== null || point !== null)) {
      setAnchor(null);
      plot?.mark(null);
      plot?.point(null);
    } else return;
    event.preventDefault();
  };

  return (
    <div>
      <div
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-describedby={hint}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={Math.max(0, index)}
        aria-valuetext={bucketText(buckets, index, interval, tz)}
        onKeyDown={onKeyDown}
        onBlur={() => plot?.point(null)}
        className="peer relative rounded-md [&_.u-cursor-x]:border-line-strong! [&_.u-select]:bg-focus/20!"
        style={{ height }}
      >
        <div ref={root} />
        {plot === null && <Skeleton className="absolute inset-0" />}
        {point !== null && last >= 0 && (
          <TimeTooltip buckets={buckets} index={index} left={point.left} interval={interval} tz={tz} />
        )}
      </div>
      <p id={hint} className="sr-only text-xs text-muted peer-focus-visible:not-sr-only peer-focus-visible:mt-1.5">
        {t(canZoom ? 'analytics.chart.keysZoom' : 'analytics.chart.keys')}
      </p>
    </div>
  );
}

/** Where a key leads from a bucket; null for keys that lead nowhere. */
function target(key: string, index: number, last: number): number | null {
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    PageUp: -LEAP,
    PageDown: LEAP,
    Home: -last,
    End: last,
  };
  const step = steps[key];
  return step === undefined ? null : Math.max(0, Math.min(last, index + step));
}
