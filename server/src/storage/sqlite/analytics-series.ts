import type { Database } from 'bun:sqlite';
import type { AnswerNotes, ClickCount } from '../../clicks/analytics.ts';
import { HOUR_MS } from '../../platform/clock.ts';
import { partFinder } from './analytics-parts.ts';
import type { Plan, Series } from './analytics-plan.ts';
import { type Cell, countColumns, SLOT_MS, valueCells } from './analytics-tiers.ts';
import { BorderClicks } from './border-clicks.ts';
import { QuarterCells } from './quarter-cells.ts';
import { inSnapshot } from './read-snapshot.ts';

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
  const cut = cutCells(borders, grain);

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
  const quarters = new QuarterCells(sqlite, series, cut);
  const { cells, placed } =
    series.valueId === null
      ? { cells: slotCells(sqlite, series, from, to), placed: [] }
      : valueCells(sqlite, series, borders, quarters);
  const borderClicks = new BorderClicks(sqlite, plan);
  const partOf = partFinder(borders);
  const addPiece = (start: number, clicks: number, visitors: number) => {
    if (start >= from && start < to) add(partOf(start), clicks, visitors);
  };
  for (const cell of placed) addPiece(...cell);
  for (const [start, clicks, visitors] of cells) {
    if (clicks === 0) continue;
    const cuts = clicks > 0 ? cut.get(start) : undefined;
    if (cuts && quarters.count(start, clicks, addPiece)) continue;
    if (cuts && borderClicks.count([start, ...cuts, start + grain], clicks, addPiece)) continue;
    add(partOf(Math.max(start, from)), clicks, visitors);
    if (!cuts) continue;
    result.grain = grain === SLOT_MS ? '15m' : 'hour';
    if (start < from) result.covered.from = start;
    if (start + grain > to) result.covered.to = start + grain;
  }
  return result;
}

/** Cells that borders divide, by when they begin, with these borders. */
function cutCells(borders: readonly number[], grain: number): Map<number, number[]> {
  const cut = new Map<number, number[]>();
  for (const border of borders) {
    const start = Math.floor(border / grain) * grain;
    if (border === start) continue;
    const cuts = cut.get(start);
    if (cuts) cuts.push(border);
    else cut.set(start, [border]);
  }
  return cut;
}

function slotCells(sqlite: Database, series: Series, from: number, to: number): Cell[] {
  const rows = sqlite
    .query<unknown, [number, number, number]>(
      `SELECT slot * ${SLOT_MS}, ${countColumns(series.human)} FROM rollup_15m WHERE link_id = ? AND slot BETWEEN ? AND ?`,
    )
    .values(series.linkId, Math.floor(from / SLOT_MS), Math.ceil(to / SLOT_MS) - 1);
  return rows as unknown as Cell[];
}
