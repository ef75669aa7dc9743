import type { Database } from 'bun:sqlite';
import type { AnswerNotes, ClickCount } from '../../clicks/analytics.ts';
import { HOUR_MS } from '../../platform/clock.ts';
import type { Plan, Series } from './analytics-plan.ts';
import { conditionOf, idsBetween } from './analytics-scan.ts';
import { type Cell, countColumns, SLOT_MS, valueCells } from './analytics-tiers.ts';
import { inSnapshot } from './read-snapshot.ts';

/** Rows of clicks read to place those of border cells, for one question. Beyond it a cell counts where it starts. */
const BORDER_ROWS_MAX = 400_000;

export interface SeriesSums {
  sums: ClickCount[];
  covered: { from: number; to: number };
  grain: AnswerNotes['grain'];
}

/**
 * Sums a rollup series between borders: sum n counts from `borders[n]` to `borders[n + 1]`.
 * A cell of rollups that a border cuts is placed click by click where all its rows are there, else as a whole where it starts.
 * Shape: borders ascending, two at least.
 */
export function sumSeries(sqlite: Database, plan: Plan, borders: readonly number[]): SeriesSums {
  return inSnapshot(sqlite, () => sumCells(sqlite, plan, borders));
}

function sumCells(sqlite: Database, plan: Plan, borders: readonly number[]): SeriesSums {
  const { series } = plan;
  const grain = series.valueId === null ? SLOT_MS : HOUR_MS;
  const from = borders[0] ?? 0;
  const to = borders.at(-1) ?? 0;
  const cut = new Set<number>();
  for (const border of borders) if (border % grain !== 0) cut.add(Math.floor(border / grain) * grain);

  const result: SeriesSums = {
    sums: Array.from({ length: borders.length - 1 }, () => ({ clicks: 0, visitors: 0 })),
    covered: { from, to },
    grain: 'exact',
  };
  const add = (bucket: number, clicks: number, visitors: number) => {
    const sum = result.sums[bucket];
    if (!sum) return;
    sum.clicks += clicks;
    sum.visitors += visitors;
  };
  const cells = series.valueId === null ? slotCells(sqlite, series, from, to) : valueCells(sqlite, series, borders);
  const rows = new BorderRows(sqlite, plan);
  let bucket = 0;
  const bucketOf = (at: number) => {
    while (bucket < borders.length - 2 && (borders[bucket + 1] ?? 0) <= at) bucket++;
    while (bucket > 0 && (borders[bucket] ?? 0) > at) bucket--;
    return bucket;
  };
  for (const [start, clicks, visitors] of cells) {
    if (clicks === 0) continue;
    const placed = cut.has(start) ? rows.of(start, start + grain, clicks) : null;
    if (placed) {
      for (const [at, isVisitor] of placed) if (at >= from && at < to) add(bucketOf(at), 1, isVisitor);
      continue;
    }
    add(bucketOf(Math.max(start, from)), clicks, visitors);
    if (!cut.has(start)) continue;
    result.grain = grain === SLOT_MS ? '15m' : 'hour';
    if (start < from) result.covered.from = start;
    if (start + grain > to) result.covered.to = start + grain;
  }
  return result;
}

function slotCells(sqlite: Database, series: Series, from: number, to: number): Cell[] {
  const rows = sqlite
    .query<unknown, [number, number, number]>(
      `SELECT slot * ${SLOT_MS}, ${countColumns(series.human)} FROM rollup_15m WHERE link_id = ? AND slot BETWEEN ? AND ?`,
    )
    .values(series.linkId, Math.floor(from / SLOT_MS), Math.ceil(to / SLOT_MS) - 1);
  return rows as unknown as Cell[];
}

/** Clicks of cells that a border cuts, from their rows. */
class BorderRows {
  private rowsLeft = BORDER_ROWS_MAX;

  constructor(
    private readonly sqlite: Database,
    private readonly plan: Plan,
  ) {}

  /** Time and visitor flag (0 or 1) of each click; null where not all of the `expected` ones have a row. */
  of(from: number, to: number, expected: number): [at: number, isVisitor: number][] | null {
    const span = idsBetween(this.sqlite, from, to);
    if (!span) return null;
    // Through its index a link's clicks cost what they are, but other times of the link lie between.
    const cost = span.maxId - span.minId + 1;
    if (cost > this.rowsLeft) return null;
    this.rowsLeft -= this.plan.linkId === null ? cost : expected;
    const { sql, values } = conditionOf(this.plan, from, to, true);
    const rows = this.sqlite
      .query<unknown, number[]>(
        `SELECT at, (first_seen & ${this.plan.visitorBit}) <> 0 FROM clicks WHERE id BETWEEN ? AND ? AND ${sql}`,
      )
      .values(span.minId, span.maxId, ...values) as [number, number][];
    return rows.length === expected ? rows : null;
  }
}
