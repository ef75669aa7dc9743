import type { Pool, PoolClient } from 'pg';
import type { Difference, ReconcileOptions, Reconciler, ReconcileSummary } from '../../clicks/reconcile.ts';
import { type Clock, DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import { asAnswer } from './errors.ts';
import { counterDifferences } from './reconcile-counters.ts';
import { HourRecount } from './reconcile-hours.ts';
import { linkDifferences } from './reconcile-links.ts';
import { Repair } from './reconcile-repair.ts';
import { comparison, differenceFrom, rowsOf } from './reconcile-rows.ts';

const LINKS_AT_ONCE = 500;

/**
 * Recounts from rows, hour by hour, then days from hours, then links, then counters: all in one snapshot, so what it compares
 * is one state of the database, while others go on writing.
 * @NOTE A repair is written in two transactions, rollups first; death in between leaves the rest to the next run.
 */
export class PostgresReconciler implements Reconciler {
  constructor(
    private readonly pool: Pool,
    private readonly now: Clock,
  ) {}

  async run(options: ReconcileOptions, report: (difference: Difference) => void): Promise<ReconcileSummary> {
    const client = await this.pool.connect().catch((error: unknown) => {
      throw asAnswer(error);
    });
    try {
      await client.query('SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET jit = off');
      const repair = options.repair ? new Repair(client) : null;
      await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ ${repair ? '' : 'READ ONLY'}`);
      await repair?.begin();
      const summary = await this.recount(client, options, repair, report);
      await client.query('COMMIT');
      if (repair) {
        await client.query('BEGIN');
        await repair.mendLater();
        await client.query('COMMIT');
      }
      return summary;
    } catch (error) {
      throw asAnswer(error);
    } finally {
      // The session goes with its table and its settings.
      client.release(true);
    }
  }

  private async recount(
    client: PoolClient,
    options: ReconcileOptions,
    repair: Repair | null,
    report: (difference: Difference) => void,
  ): Promise<ReconcileSummary> {
    const sinceHour = options.sampleRate >= 1 ? await this.completeSince(client, options.retentionDays) : null;
    const summary: ReconcileSummary = { differences: 0, repaired: options.repair, sinceHour, hours: 0, links: 0 };
    const take = async (portions: AsyncIterable<Difference[]>) => {
      for await (const differences of portions) {
        for (const difference of differences) {
          summary.differences++;
          report(difference);
          await repair?.mend(difference);
        }
      }
    };
    const recount = await HourRecount.begin(client);
    if (sinceHour !== null) {
      for (const hour of await hoursFrom(client, sinceHour)) {
        summary.hours++;
        await take(recount.differences(hour));
      }
    }
    for (const day of await completeDays(client)) await take(dayDifferences(client, day));
    for (let ids = await linksAfter(client, 0); ids.length > 0; ids = await linksAfter(client, ids.at(-1) ?? 0)) {
      summary.links += ids.length;
      await take(linkDifferences(client, ids, sinceHour, recount.humanId));
    }
    await take(counterDifferences(client));
    return summary;
  }

  /** The first hour that has all rows: within retention, and not before the oldest row, as retention may have been shorter. */
  private async completeSince(client: PoolClient, retentionDays: number): Promise<number | null> {
    const { rows } = await client.query<{ at: number | null; rows_since: number | null }>(
      'SELECT (SELECT min(at) FROM clicks) AS at, (SELECT max(rows_since) FROM click_retention) AS rows_since',
    );
    const { at, rows_since } = rows[0] ?? { at: null, rows_since: null };
    if (at === null) return null;
    const kept = retentionDays <= 0 ? 0 : Math.floor((this.now() - retentionDays * DAY_MS) / HOUR_MS);
    return Math.max(Math.floor(at / HOUR_MS), Math.ceil((rows_since ?? 0) / HOUR_MS), kept);
  }
}

/** Hours from this one on that have rows or rollups. */
async function hoursFrom(client: PoolClient, hour: number): Promise<number[]> {
  return numbers(
    client,
    `SELECT DISTINCT (at / ${HOUR_MS})::int4 AS n FROM clicks WHERE at >= $1::int8 * ${HOUR_MS}
     UNION SELECT DISTINCT hour FROM rollup_hour WHERE hour >= $1
     UNION SELECT DISTINCT hour FROM rollup_hour_added WHERE hour >= $1 ORDER BY 1`,
    [hour],
  );
}

/** Days of the day tier, and those that it should have. */
async function completeDays(client: PoolClient): Promise<number[]> {
  return numbers(
    client,
    `SELECT DISTINCT hour / 24 AS n FROM rollup_hour WHERE hour < (SELECT days_before FROM rollup_tiers) * 24
     UNION SELECT DISTINCT hour / 24 FROM rollup_hour_added WHERE hour < (SELECT days_before FROM rollup_tiers) * 24
     UNION SELECT DISTINCT day FROM rollup_day WHERE day < (SELECT days_before FROM rollup_tiers) ORDER BY 1`,
    [],
  );
}

async function linksAfter(client: PoolClient, id: number): Promise<number[]> {
  return numbers(
    client,
    `SELECT id AS n FROM links WHERE id > $1 UNION SELECT link_id FROM link_stats WHERE link_id > $1
     ORDER BY 1 LIMIT ${LINKS_AT_ONCE}`,
    [id],
  );
}

async function numbers(client: PoolClient, sql: string, values: readonly number[]): Promise<number[]> {
  const { rows } = await client.query<{ n: number }>(sql, [...values]);
  return rows.map(({ n }) => n);
}

async function* dayDifferences(client: PoolClient, day: number): AsyncGenerator<Difference[]> {
  const counts = 'link_id, value_id, clicks, visitors, human_clicks, human_visitors';
  const rows = rowsOf<[linkId: number, valueId: number, ...Parameters<typeof differenceFrom>[2]]>(
    client,
    comparison(
      ['link_id', 'value_id'],
      `SELECT true AS e, ${counts} FROM rollup_hour_all WHERE hour BETWEEN $1::int4 * 24 AND $1::int4 * 24 + 23
       UNION ALL SELECT false, ${counts} FROM rollup_day WHERE day = $1::int4`,
    ),
    [day],
  );
  for await (const some of rows)
    yield some.map(([link_id, value_id, ...compared]) =>
      differenceFrom('rollup_day', { day, link_id, value_id }, compared),
    );
}
