import type { Pool, PoolClient } from 'pg';
import { type Clock, DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import { asAnswer } from './errors.ts';
import { LOCKS } from './locks.ts';

/** A day is summed up this long after its end, when few late clicks are to be expected. */
const AFTER_MS = 6 * HOUR_MS;

interface Borders {
  days_before: number;
  late_before: number;
}

/**
 * Sums up hours into days, a day at a time, while clicks go on coming.
 *
 * 1. With the lock alone, so that no ingest is under way: late_before passes the day, and a snapshot is taken. What was added
 *    before is in the snapshot; what is added later goes to the day as well. The lock is given back at once.
 * 2. In that snapshot the day's rows are replaced by the sums of its hours: late rows that are in the hours of the snapshot go,
 *    those added since are not seen and stay. days_before passes the day in the same transaction, which readers go by.
 *
 * So every click is in the day once, wherever ingest stood. Death in between leaves the day to be done again from the start.
 */
export class PostgresDayTier {
  constructor(
    private readonly pool: Pool,
    private readonly now: Clock,
  ) {}

  /** Sums up the next day that is due. Returns whether another is. */
  async compactDay(): Promise<boolean> {
    const due = Math.floor((this.now() - AFTER_MS) / DAY_MS) - 1;
    const client = await this.pool.connect().catch((error: unknown) => {
      throw asAnswer(error);
    });
    try {
      // A day of many clicks takes minutes, of which nobody is held up but the first moment.
      await client.query('SET statement_timeout = 0');
      const { days_before: before } = await read(client);
      if (before > due) return false;
      const day = before === 0 ? await firstDay(client, due) : before;
      await this.sumUp(client, day);
      return day < due;
    } catch (error) {
      throw asAnswer(error);
    } finally {
      // The session goes with its lock and its settings, wherever it was broken off.
      client.release(true);
    }
  }

  private async sumUp(client: PoolClient, day: number): Promise<void> {
    await client.query(`SELECT pg_advisory_lock(${LOCKS.dayTier})`);
    await client.query('UPDATE rollup_tiers SET late_before = greatest(late_before, $1)', [day + 1]);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    // The first statement takes the snapshot, with the lock still held.
    await read(client);
    await client.query(`SELECT pg_advisory_unlock(${LOCKS.dayTier})`);
    await client.query('DELETE FROM rollup_day WHERE day = $1', [day]);
    await client.query(
      `INSERT INTO rollup_day (day, link_id, value_id, clicks, visitors, human_clicks, human_visitors)
       SELECT $1::int4, link_id, value_id, sum(clicks), sum(visitors), sum(human_clicks), sum(human_visitors)
       FROM rollup_hour_all WHERE hour BETWEEN $1::int4 * 24 AND $1::int4 * 24 + 23 GROUP BY link_id, value_id
       HAVING sum(clicks) <> 0 ORDER BY link_id, value_id`,
      [day],
    );
    await client.query('UPDATE rollup_tiers SET days_before = $1 WHERE days_before < $1', [day + 1]);
    await client.query('COMMIT');
  }
}

async function read(client: PoolClient): Promise<Borders> {
  const { rows } = await client.query<Borders>('SELECT days_before, late_before FROM rollup_tiers');
  return rows[0] ?? { days_before: 0, late_before: 0 };
}

/** The first day that has any rows, or the last one due: those before it are complete as they are. */
async function firstDay(client: PoolClient, due: number): Promise<number> {
  const { rows } = await client.query<{ hour: number | null }>('SELECT min(hour) AS hour FROM rollup_hour');
  const hour = rows[0]?.hour;
  return hour == null ? due : Math.min(due, Math.floor(hour / 24));
}
