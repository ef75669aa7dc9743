import type { Database } from 'bun:sqlite';
import { ALL_LINKS } from '../../clicks/rollup-rows.ts';
import { HOUR_MS } from '../../platform/clock.ts';
import type { Series } from './analytics-plan.ts';
import { countColumns, SLOT_MS } from './analytics-tiers.ts';

export type Quarter = [hour: number, quarter: number, clicks: number, visitors: number];

/** A value's hours that borders cut, by their quarters: of all links together, where no border lies within a quarter. */
export class QuarterCells {
  /** By hour, of those that were looked for. */
  private readonly hours = new Map<number, Quarter[]>();
  private readonly since: number = Number.POSITIVE_INFINITY;

  /** `cut`: the borders within an hour, by when it begins. */
  constructor(sqlite: Database, series: Series, cut: ReadonlyMap<number, readonly number[]>) {
    if (series.valueId === null || series.linkId !== ALL_LINKS) return;
    const hours = [...cut]
      .filter(([, borders]) => borders.every((border) => border % SLOT_MS === 0))
      .map(([start]) => start / HOUR_MS);
    if (hours.length === 0) return;
    this.since = quartersSince(sqlite);
    for (const hour of hours) this.hours.set(hour, []);
    const rows = sqlite
      .query<unknown, [string, number]>(
        `SELECT r.hour, r.quarter, ${countColumns(series.human)} FROM json_each(?) t
         CROSS JOIN rollup_quarter r ON r.hour = t.value AND r.value_id = ?`,
      )
      .values(JSON.stringify(hours), series.valueId) as Quarter[];
    for (const row of rows) this.hours.get(row[0])?.push(row);
  }

  /** The quarters of an hour where they are known to be all of it, so that the hour need not be read; else null. */
  complete(hour: number): readonly Quarter[] | null {
    return hour < this.since ? null : (this.hours.get(hour) ?? null);
  }

  /**
   * Hands over the quarters of the hour that begins at `start`. False, and nothing handed over, where they are not all of
   * its `expected` clicks, as those of hours that were counted before there were quarters.
   */
  count(start: number, expected: number, put: (start: number, clicks: number, visitors: number) => void): boolean {
    const quarters = this.hours.get(start / HOUR_MS) ?? [];
    if (quarters.reduce((sum, [, , clicks]) => sum + clicks, 0) !== expected) return false;
    for (const [, quarter, clicks, visitors] of quarters) put(start + quarter * SLOT_MS, clicks, visitors);
    return true;
  }
}

/** The first hour that has the quarters of all its clicks. */
export function quartersSince(sqlite: Database): number {
  const row = sqlite.query<{ n: number }, []>(`SELECT n FROM counters WHERE kind = 'rollup_quarters_since'`).get();
  return row?.n ?? Number.POSITIVE_INFINITY;
}
