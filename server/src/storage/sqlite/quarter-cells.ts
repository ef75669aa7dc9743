import type { Database } from 'bun:sqlite';
import { ALL_LINKS } from '../../clicks/rollup-rows.ts';
import { HOUR_MS } from '../../platform/clock.ts';
import type { Series } from './analytics-plan.ts';
import { countColumns, SLOT_MS } from './analytics-tiers.ts';

type Quarter = [hour: number, quarter: number, clicks: number, visitors: number];

/** A value's hours that borders cut, by their quarters: of all links together, where no border lies within a quarter. */
export class QuarterCells {
  private readonly hours = new Map<number, Quarter[]>();

  /** `cut`: the borders within an hour, by when it begins. */
  constructor(sqlite: Database, series: Series, cut: ReadonlyMap<number, readonly number[]>) {
    if (series.valueId === null || series.linkId !== ALL_LINKS) return;
    const hours = [...cut]
      .filter(([, borders]) => borders.every((border) => border % SLOT_MS === 0))
      .map(([start]) => start / HOUR_MS);
    if (hours.length === 0) return;
    const rows = sqlite
      .query<unknown, [string, number]>(
        `SELECT r.hour, r.quarter, ${countColumns(series.human)} FROM json_each(?) t
         CROSS JOIN rollup_quarter r ON r.hour = t.value AND r.value_id = ?`,
      )
      .values(JSON.stringify(hours), series.valueId) as Quarter[];
    for (const row of rows) {
      const known = this.hours.get(row[0]);
      if (known) known.push(row);
      else this.hours.set(row[0], [row]);
    }
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
