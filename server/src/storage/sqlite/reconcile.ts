import type { Database } from 'bun:sqlite';
import type { Difference, ReconcileOptions, Reconciler, ReconcileSummary } from '../../clicks/reconcile.ts';
import { type Clock, DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import { completeDaysBefore } from './analytics-tiers.ts';
import { COUNTER_CHECKS, counterDifferences } from './reconcile-counters.ts';
import { allLinksAreExact, HourRecount } from './reconcile-hours.ts';
import { linkDifferences } from './reconcile-links.ts';
import { countsFrom, DIFFERING_COUNTS, HAVING_DIFFERENCE, writeRow } from './reconcile-rows.ts';

/**
 * Recounts from rows, hour by hour (the order of the rollups' keys), then days from hours, then link by link, then counters.
 * @NOTE For a connection of its own, while no other writes: it opens its transaction itself.
 */
export class SqliteReconciler implements Reconciler {
  constructor(private readonly ctx: { sqlite: Database; now: Clock }) {}

  async run(options: ReconcileOptions, report: (difference: Difference) => void): Promise<ReconcileSummary> {
    const { sqlite } = this.ctx;
    sqlite.run(options.repair ? 'BEGIN IMMEDIATE' : 'BEGIN');
    try {
      const summary = this.recount(options, report);
      sqlite.run('COMMIT');
      return summary;
    } catch (error) {
      if (sqlite.inTransaction) sqlite.run('ROLLBACK');
      throw error;
    }
  }

  private recount(options: ReconcileOptions, report: (difference: Difference) => void): ReconcileSummary {
    const { sqlite } = this.ctx;
    const sinceHour = options.sampleRate >= 1 ? this.completeSince(options.retentionDays) : null;
    const summary: ReconcileSummary = { differences: 0, repaired: options.repair, sinceHour, hours: 0, links: 0 };
    const take = (differences: readonly Difference[]) => {
      for (const difference of differences) {
        summary.differences++;
        report(difference);
        if (options.repair) writeRow(sqlite, difference);
      }
    };
    if (sinceHour !== null) {
      const recount = new HourRecount(sqlite, allLinksAreExact(sqlite));
      for (let hour = this.hourFrom(sinceHour); hour !== null; hour = this.hourFrom(hour + 1)) {
        summary.hours++;
        for (const differences of recount.differences(hour)) take(differences);
      }
    }
    const before = completeDaysBefore(sqlite);
    for (let day = this.dayFrom(0); day !== null && day < before; day = this.dayFrom(day + 1))
      take(this.dayDifferences(day));
    for (let ids = this.linksAfter(0); ids.length > 0; ids = this.linksAfter(ids.at(-1) ?? 0)) {
      for (const id of ids) {
        summary.links++;
        for (const differences of linkDifferences(sqlite, id, sinceHour)) take(differences);
      }
    }
    for (const check of COUNTER_CHECKS) take(counterDifferences(sqlite, check));
    return summary;
  }

  /** The first hour that has all rows: within retention, and not before the oldest row, as retention may have been shorter. */
  private completeSince(retentionDays: number): number | null {
    const oldest = this.ctx.sqlite
      .query<{ hour: number | null }, []>('SELECT min(hour) AS hour FROM click_hours')
      .get()?.hour;
    if (oldest == null) return null;
    if (retentionDays <= 0) return oldest;
    return Math.max(oldest, Math.floor((this.ctx.now() - retentionDays * DAY_MS) / HOUR_MS));
  }

  /** The next hour, from this one on, that has rows or rollups. */
  private hourFrom(hour: number): number | null {
    return least(
      this.ctx.sqlite
        .query<{ n: number | null }, [number]>('SELECT min(hour) AS n FROM click_hours WHERE hour >= ?')
        .get(hour)?.n,
      this.ctx.sqlite
        .query<{ n: number | null }, [number]>('SELECT min(hour) AS n FROM rollup_hour WHERE hour >= ?')
        .get(hour)?.n,
    );
  }

  private dayFrom(day: number): number | null {
    const hour = this.ctx.sqlite
      .query<{ n: number | null }, [number]>('SELECT min(hour) AS n FROM rollup_hour WHERE hour >= ?')
      .get(day * 24)?.n;
    return least(
      hour == null ? null : Math.floor(hour / 24),
      this.ctx.sqlite
        .query<{ n: number | null }, [number]>('SELECT min(day) AS n FROM rollup_day WHERE day >= ?')
        .get(day)?.n,
    );
  }

  private dayDifferences(day: number): Difference[] {
    const rows = this.ctx.sqlite
      .query<unknown, [number, number, number]>(
        `SELECT link_id, value_id, ${DIFFERING_COUNTS} FROM (
           SELECT link_id, value_id, sum(clicks) AS e1, sum(visitors) AS e2, sum(human_clicks) AS e3, sum(human_visitors) AS e4,
             NULL AS f1, NULL AS f2, NULL AS f3, NULL AS f4
           FROM rollup_hour WHERE hour BETWEEN ? AND ? GROUP BY link_id, value_id
           UNION ALL SELECT link_id, value_id, NULL, NULL, NULL, NULL, clicks, visitors, human_clicks, human_visitors
           FROM rollup_day WHERE day = ?
         ) GROUP BY link_id, value_id ${HAVING_DIFFERENCE}`,
      )
      .values(day * 24, day * 24 + 23, day) as (number | null)[][];
    return rows.map(([linkId, valueId, ...counts]) => ({
      table: 'rollup_day',
      key: { day, link_id: linkId ?? 0, value_id: valueId ?? 0 },
      expected: countsFrom(counts, 0),
      found: countsFrom(counts, 4),
    }));
  }

  private linksAfter(id: number): number[] {
    const rows = this.ctx.sqlite
      .query<{ id: number }, [number, number]>(
        `SELECT id FROM links WHERE id > ?
         UNION SELECT link_id FROM link_stats WHERE link_id > ? ORDER BY 1 LIMIT 500`,
      )
      .all(id, id);
    return rows.map((row) => row.id);
  }
}

function least(a: number | null | undefined, b: number | null | undefined): number | null {
  if (a == null) return b ?? null;
  return b == null ? a : Math.min(a, b);
}
