import type { Pool, PoolClient } from 'pg';
import { asAnswer } from './errors.ts';
import { LOCKS } from './locks.ts';

/** Days of one row of rollup_span. @NOTE The schema's triggers divide by the same number. */
export const SPAN_DAYS = 16;

/**
 * Sums complete days up into the next span of rollup_span; returns whether another can follow at once. For housekeeping, after
 * it has moved the border of the day tier. Broken off anywhere, the next run begins that span anew.
 *
 * Whoever adds to days waits only while the border of late additions goes ahead: from then on additions to this span go into
 * both tiers, and what is summed up is the state of that very moment.
 * Errors: `unavailable`, also where another change of rollup_tiers came between: run it again.
 */
export async function sumUpSpan(pool: Pool): Promise<boolean> {
  const client = await pool.connect().catch((error: unknown) => {
    throw asAnswer(error);
  });
  try {
    await client.query('SET statement_timeout = 0; SET lock_timeout = 0');
    const alone = await client.query(`SELECT pg_try_advisory_lock(${LOCKS.spanTier}) AS held`);
    if (alone.rows[0]?.held !== true) return false;
    await client.query(`SELECT pg_advisory_lock(${LOCKS.dayTier})`);
    const { span, spansComplete } = await nextSpan(client);
    if (span >= spansComplete) return false;
    await client.query(`DELETE FROM rollup_span WHERE span >= ${span}`);
    await client.query(`UPDATE rollup_tiers SET spans_before = ${span}, late_spans_before = ${span + 1}`);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await client.query('SELECT FROM rollup_tiers'); // From here on the transaction sees nothing of what others add.
    await client.query(`SELECT pg_advisory_unlock(${LOCKS.dayTier})`);
    await client.query(
      `INSERT INTO rollup_span (span, link_id, value_id, clicks, visitors, human_clicks, human_visitors)
       SELECT ${span}, link_id, value_id, sum(clicks), sum(visitors), sum(human_clicks), sum(human_visitors)
       FROM rollup_day WHERE day >= ${span * SPAN_DAYS} AND day < ${(span + 1) * SPAN_DAYS} GROUP BY link_id, value_id`,
    );
    await client.query(`UPDATE rollup_tiers SET spans_before = ${span + 1}`);
    await client.query('COMMIT');
    return span + 1 < spansComplete;
  } catch (error) {
    throw asAnswer(error);
  } finally {
    // The session goes with its lock and its settings.
    client.release(true);
  }
}

/** The next span to sum up: spans in which no day has any rows are complete as they are. */
async function nextSpan(client: PoolClient): Promise<{ span: number; spansComplete: number }> {
  const { rows } = await client.query<{ spans_before: number; days_before: number; next_day: number | null }>(
    `SELECT spans_before, days_before,
       (SELECT min(day) FROM rollup_day WHERE day >= spans_before * ${SPAN_DAYS}) AS next_day FROM rollup_tiers`,
  );
  const { spans_before: done = 0, days_before: daysBefore = 0, next_day: nextDay } = rows[0] ?? {};
  const spansComplete = Math.floor(daysBefore / SPAN_DAYS);
  const next = nextDay == null ? spansComplete : Math.floor(nextDay / SPAN_DAYS);
  return { span: Math.max(done, Math.min(next, spansComplete)), spansComplete };
}
