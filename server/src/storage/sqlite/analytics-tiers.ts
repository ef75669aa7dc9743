import type { Database } from 'bun:sqlite';
import { type Cell, SLOT_MS, type TierPlan, tierPlan } from '../analytics/tiers.ts';
import type { Series } from './analytics-plan.ts';
import type { QuarterCells } from './quarter-cells.ts';

export { type Cell, SLOT_MS } from '../analytics/tiers.ts';

/** The day before which rollup_day is complete. */
export function completeDaysBefore(sqlite: Database): number {
  const row = sqlite
    .query<{ n: number }, []>(`SELECT n FROM counters WHERE kind = 'rollup_days_before' AND key = ''`)
    .get();
  return row?.n ?? 0;
}

/** First and last quarter hour in which a link (0: any) has clicks; null where it has none. */
export function slotExtent(sqlite: Database, linkId: number): { first: number; last: number } | null {
  const row = sqlite
    .query<{ first: number | null; last: number | null }, [number, number]>(
      `SELECT (SELECT min(slot) FROM rollup_15m WHERE link_id = ?) AS first,
              (SELECT max(slot) FROM rollup_15m WHERE link_id = ?) AS last`,
    )
    .get(linkId, linkId);
  return row?.first == null || row.last == null ? null : { first: row.first, last: row.last };
}

/** The columns of a rollup row that count all clicks, or those of people. */
export function countColumns(human: boolean): string {
  return human ? 'human_clicks, human_visitors' : 'clicks, visitors';
}

/**
 * Cells of a value's series, so that no cell but an hour is cut by a border. Hours that a day's stretch is less by stand as
 * negative cells where the stretch begins. Hours that `quarters` has whole are not read: `placed` are their quarters.
 * Shape: borders ascending. Cells of one day lie near each other, else the order means nothing.
 */
export function valueCells(
  sqlite: Database,
  series: Series,
  borders: readonly number[],
  quarters: QuarterCells,
): { cells: Cell[]; placed: Cell[] } {
  const extent = slotExtent(sqlite, series.linkId);
  if (!extent) return { cells: [], placed: [] };
  const plan = tierPlan(borders, extent, completeDaysBefore(sqlite));
  const days = new Map(plan.days.map(({ day, at }) => [day, at]));
  const hours = new Map<number, TierPlan['hours'][number]>();
  const cells: Cell[] = [];
  const placed: Cell[] = [];
  for (const planned of plan.hours) {
    const whole = quarters.complete(planned.hour);
    if (whole === null) hours.set(planned.hour, planned);
    else {
      for (const [hour, quarter, clicks, visitors] of whole) {
        if (planned.at !== null) placed.push([(hour * 4 + quarter) * SLOT_MS, clicks, visitors]);
        if (planned.less !== null) cells.push([planned.less, -clicks, -visitors]);
      }
    }
  }
  for (const [day, clicks, visitors] of readTier(sqlite, 'day', series, [...days.keys()])) {
    cells.push([days.get(day) ?? 0, clicks, visitors]);
  }
  for (const [hour, clicks, visitors] of readTier(sqlite, 'hour', series, [...hours.keys()])) {
    const { at = null, less = null } = hours.get(hour) ?? {};
    if (at !== null) cells.push([at, clicks, visitors]);
    if (less !== null) cells.push([less, -clicks, -visitors]);
  }
  return { cells, placed };
}

function readTier(sqlite: Database, tier: 'hour' | 'day', series: Series, times: readonly number[]): Cell[] {
  if (times.length === 0) return [];
  const rows = sqlite
    .query<unknown, [string, number, number | null]>(
      `SELECT r.${tier}, ${countColumns(series.human)} FROM json_each(?) t
       CROSS JOIN rollup_${tier} r ON r.${tier} = t.value AND r.link_id = ? AND r.value_id = ?`,
    )
    .values(JSON.stringify(times), series.linkId, series.valueId);
  return rows as unknown as Cell[];
}
