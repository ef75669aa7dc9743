import type { Database } from 'bun:sqlite';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../platform/clock.ts';
import type { Series } from './analytics-plan.ts';

export const SLOT_MS = 15 * MINUTE_MS;

/** Counts of a cell of time (a quarter hour, an hour, or what is left of a UTC day), by when it begins. */
export type Cell = [start: number, clicks: number, visitors: number];

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
 * Cells of a value's series, so that no cell but an hour is cut by a border.
 * A complete UTC day costs one row and the hours outside its longest stretch between borders: that stretch is the day
 * less those hours, which stand as negative cells where the stretch begins.
 * Shape: borders ascending. Cells of one day lie near each other, else the order means nothing.
 */
export function valueCells(sqlite: Database, series: Series, borders: readonly number[]): Cell[] {
  const extent = slotExtent(sqlite, series.linkId);
  if (!extent) return [];
  const from = borders[0] ?? 0;
  const to = borders.at(-1) ?? 0;
  const firstHour = Math.max(Math.floor(from / HOUR_MS), Math.floor(extent.first / 4));
  const endHour = Math.min(Math.ceil(to / HOUR_MS), Math.floor(extent.last / 4) + 1);
  const daysBefore = completeDaysBefore(sqlite);
  const stretches = new Map<number, Stretch>();
  const hours: number[] = [];
  let border = 0;
  for (let day = Math.floor(firstHour / 24); day * 24 < endHour; day++) {
    while (border < borders.length - 1 && (borders[border + 1] ?? 0) <= day * DAY_MS) border++;
    const inside = { first: Math.max(firstHour, day * 24), end: Math.min(endHour, day * 24 + 24) };
    const stretch = day < daysBefore ? longestStretch(borders, border, day) : null;
    const whole = stretch && 25 - (stretch.end - stretch.first) < inside.end - inside.first ? stretch : null;
    if (whole) stretches.set(day, whole);
    const { first, end } = whole ? { first: day * 24, end: day * 24 + 24 } : inside;
    for (let hour = first; hour < end; hour++) {
      if (!whole || hour < whole.first || hour >= whole.end) hours.push(hour);
    }
  }
  const cells: Cell[] = [];
  for (const [day, clicks, visitors] of readTier(sqlite, 'day', series, [...stretches.keys()])) {
    cells.push([(stretches.get(day)?.first ?? 0) * HOUR_MS, clicks, visitors]);
  }
  for (const [hour, clicks, visitors] of readTier(sqlite, 'hour', series, hours)) {
    const start = hour * HOUR_MS;
    if (start + HOUR_MS > from && start < to) cells.push([start, clicks, visitors]);
    const stretch = stretches.get(Math.floor(hour / 24));
    if (stretch) cells.push([stretch.first * HOUR_MS, -clicks, -visitors]);
  }
  return cells;
}

/** Whole hours between two neighbouring borders, `end` exclusive. */
interface Stretch {
  first: number;
  end: number;
}

/** The longest stretch of a day; `border` is the last one at or before the day's start, or the first of all. */
function longestStretch(borders: readonly number[], border: number, day: number): Stretch | null {
  let longest: Stretch | null = null;
  for (let n = border; n < borders.length - 1 && (borders[n] ?? 0) < (day + 1) * DAY_MS; n++) {
    const first = Math.max(Math.ceil((borders[n] ?? 0) / HOUR_MS), day * 24);
    const end = Math.min(Math.floor((borders[n + 1] ?? 0) / HOUR_MS), day * 24 + 24);
    if (end > first && (!longest || end - first > longest.end - longest.first)) longest = { first, end };
  }
  return longest;
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
