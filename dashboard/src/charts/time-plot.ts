import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatCompact } from '../format/numbers.ts';
import { onTheme, themeColour } from './theme-colour.ts';

/** A value for each bucket, null where there is none to show. All of one length. */
export interface PlotValues {
  main: readonly (number | null)[];
  /** The last stretch, up to the bucket that still runs. */
  running: readonly (number | null)[];
  compare: readonly (number | null)[];
}

/** A mark below the chart, by the index of its bucket. */
export interface Mark {
  index: number;
  label: string;
}

export interface PlotOptions {
  width: number;
  height: number;
  values: PlotValues;
  /** Marks for that many at most. */
  ticks(ticksMax: number): Mark[];
  /** The bucket under the pointer and how far from the left it is in CSS pixels; null where there is none. */
  onPoint(index: number | null, left: number): void;
  /** Buckets over which the pointer was drawn, both included; null: drawing selects nothing. */
  onSelect: ((first: number, last: number) => void) | null;
}

/** What is drawn. */
export interface TimePlot {
  readonly canvas: HTMLCanvasElement;
  update(values: PlotValues): void;
  resize(width: number, height: number): void;
  /** Shows the point of a bucket, as if the pointer were on it. */
  point(index: number | null): void;
  /** Marks buckets, both included. */
  mark(range: readonly [number, number] | null): void;
  destroy(): void;
}

const TICK_PX = 84;
const FONT = '12px ui-sans-serif, system-ui, sans-serif';
const WHOLE_STEPS = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();

/** Draws lines over time on a canvas in `root`: an area, dashed where it still runs, and a thinner line to compare with. */
export function createTimePlot(root: HTMLElement, options: PlotOptions): TimePlot {
  const { onSelect } = options;
  let shown: Mark[] = [];
  /** By how many there may be: a drawing asks several times, and local times are dear. */
  let marks = new Map<number, Mark[]>();
  const marksFor = (ticksMax: number) => {
    const known = marks.get(ticksMax) ?? options.ticks(ticksMax);
    marks.set(ticksMax, known);
    return known;
  };
  // A dot for each value only where a line alone would hardly show.
  const line = { points: { size: 7, show: (u: UPlot) => (u.data[0]?.length ?? 0) < 4 }, spanGaps: false };
  let hasNewData = true;
  const plot = new UPlot(
    {
      width: options.width,
      height: options.height,
      legend: { show: false },
      padding: [8, 26, 0, 0],
      cursor: {
        y: false,
        drag: { x: onSelect !== null, y: false, setScale: false, dist: 6 },
        points: { size: 9, width: 2, fill: () => themeColour('--surface') },
      },
      scales: {
        x: { time: false, range: (_, min, max) => (min === max ? [min - 1, max + 1] : [min, max]) },
        y: { range: (_, __, max) => [0, Math.max(4, (max ?? 0) * 1.08)] },
      },
      axes: [
        {
          stroke: () => themeColour('--muted'),
          font: FONT,
          size: 28,
          grid: { show: false },
          ticks: { stroke: () => themeColour('--line'), width: 1, size: 4 },
          splits: (u) => {
            shown = marksFor(Math.max(2, Math.floor(u.bbox.width / devicePixelRatio / TICK_PX)));
            return shown.map(({ index }) => index);
          },
          values: () => shown.map(({ label }) => label),
        },
        {
          stroke: () => themeColour('--muted'),
          font: FONT,
          size: 48,
          incrs: WHOLE_STEPS,
          grid: { stroke: () => themeColour('--chart-grid'), width: 1 },
          ticks: { show: false },
          values: (_, splits) => splits.map(formatCompact),
        },
      ],
      series: [
        {},
        { ...line, stroke: () => themeColour('--chart-2'), width: 1.25, dash: [4, 4] },
        { ...line, stroke: () => themeColour('--chart-1'), width: 2, fill: () => themeColour('--chart-fill') },
        {
          ...line,
          stroke: () => themeColour('--chart-1'),
          width: 2,
          dash: [6, 5],
          fill: () => themeColour('--chart-fill'),
        },
      ],
      hooks: {
        draw: [
          () => {
            // What the benchmark of the dashboard takes for the moment at which the data can be seen.
            if (hasNewData) performance.mark('chart-drawn');
            hasNewData = false;
          },
        ],
        setCursor: [(u) => options.onPoint(u.cursor.idx ?? null, (u.cursor.left ?? 0) + u.over.offsetLeft)],
        setSelect: [
          (u) => {
            if (u.select.width === 0 || onSelect === null) return;
            const [first, last] = [u.posToIdx(u.select.left), u.posToIdx(u.select.left + u.select.width)];
            mark(null);
            onSelect(first, last);
          },
        ],
      },
    },
    aligned(options.values),
    root,
  );
  const stopTheme = onTheme(() => plot.redraw());

  function mark(range: readonly [number, number] | null): void {
    const [left, right] = range === null ? [0, 0] : [plot.valToPos(range[0], 'x'), plot.valToPos(range[1], 'x')];
    const width = range === null ? 0 : Math.max(2, right - left);
    plot.setSelect({ left, top: 0, width, height: plot.over.clientHeight }, false);
  }

  return {
    canvas: plot.ctx.canvas,
    update(values) {
      hasNewData = true;
      marks = new Map();
      plot.setData(aligned(values));
    },
    resize(width, height) {
      if (width !== plot.width || height !== plot.height) plot.setSize({ width, height });
    },
    point: (index) =>
      plot.setCursor(
        index === null ? { left: -10, top: -10 } : { left: plot.valToPos(index, 'x'), top: plot.over.clientHeight / 2 },
      ),
    mark,
    destroy() {
      stopTheme();
      plot.destroy();
    },
  };
}

function aligned({ main, running, compare }: PlotValues): UPlot.AlignedData {
  return [main.map((_, index) => index), [...compare], [...main], [...running]];
}
