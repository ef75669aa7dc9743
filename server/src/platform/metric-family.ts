import { Counter, Histogram, type Registry } from 'prom-client';

/** A number that a busy path raises by hand: `cell.value++`. */
export interface Cell {
  value: number;
}

const CELLS_MAX = 2000;
const OVERFLOW = 'other';

/** A counter with labels whose cells are plain numbers, read when somebody scrapes. Shape: at most 2,000 cells, then one named `other`. */
export class CounterFamily {
  private readonly cells = new Map<string, { labels: Record<string, string>; cell: Cell }>();

  constructor(
    registry: Registry,
    name: string,
    help: string,
    private readonly labelNames: readonly string[],
  ) {
    const { cells } = this;
    new Counter({
      name,
      help,
      labelNames: [...labelNames],
      registers: [registry],
      collect() {
        this.reset();
        for (const { labels, cell } of cells.values()) this.inc(labels, cell.value);
      },
    });
  }

  /** The cell of these label values, in the order of the names; hold on to it where it is raised often. */
  cell(...values: string[]): Cell {
    const id = values.join('\n');
    const known = this.cells.get(id);
    if (known) return known.cell;
    if (this.cells.size >= CELLS_MAX && values.some((value) => value !== OVERFLOW)) {
      return this.cell(...values.map(() => OVERFLOW));
    }
    const cell = { value: 0 };
    this.cells.set(id, { labels: Object.fromEntries(this.labelNames.map((name, i) => [name, values[i] ?? ''])), cell });
    return cell;
  }
}

const BUCKETS = [
  0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** Durations of one route as plain numbers. */
export class DurationCounts {
  /** By bucket, not cumulated; the last is all above. */
  readonly counts = new Float64Array(BUCKETS.length + 1);
  sum = 0;

  observe(seconds: number): void {
    let bucket = 0;
    while (bucket < BUCKETS.length && seconds > (BUCKETS[bucket] ?? 0)) bucket++;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += seconds;
  }
}

/** Histogram of durations by route over plain numbers. Units: seconds. */
export class DurationFamily extends Histogram<'route' | 'le'> {
  private readonly routes = new Map<string, DurationCounts>();

  constructor(
    registry: Registry,
    private readonly about: { name: string; help: string },
  ) {
    super({ ...about, labelNames: ['route'], buckets: BUCKETS, registers: [registry] });
  }

  /** The counts of a route; hold on to them where they are fed often. */
  route(route: string): DurationCounts {
    let counts = this.routes.get(route);
    if (!counts) {
      counts = new DurationCounts();
      this.routes.set(route, counts);
    }
    return counts;
  }

  /** @NOTE The registry takes this for its text; `get` of prom-client comes by here too. */
  async getForPromString() {
    const { name, help } = this.about;
    const values: { metricName: string; labels: { route: string; le?: string }; value: number }[] = [];
    for (const [route, { counts, sum }] of this.routes) {
      let total = 0;
      counts.forEach((count, bucket) => {
        total += count;
        const le = bucket < BUCKETS.length ? String(BUCKETS[bucket]) : '+Inf';
        values.push({ metricName: `${name}_bucket`, labels: { le, route }, value: total });
      });
      values.push({ metricName: `${name}_sum`, labels: { route }, value: sum });
      values.push({ metricName: `${name}_count`, labels: { route }, value: total });
    }
    return { name, help, type: 'histogram', values, aggregator: 'sum' };
  }
}
