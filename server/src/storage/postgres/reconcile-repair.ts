import type { PoolClient } from 'pg';
import type { Difference, Recounted } from '../../clicks/reconcile.ts';
import { COUNTER_SHARDS } from './ingest-counters.ts';

/** Columns of the tables that are mended by rows added to them. */
const APPENDED: Readonly<Record<string, string>> = {
  rollup_15m: 'link_id, slot, clicks, visitors, human_clicks, human_visitors',
  rollup_hour: 'hour, link_id, value_id, quarter, clicks, visitors, human_clicks, human_visitors',
  rollup_day: 'day, link_id, value_id, clicks, visitors, human_clicks, human_visitors',
};

/**
 * Mends what recounting found, by what is missing or too much: so it stays right beside others who add at the same time.
 * Rollups get a row within the transaction that recounts, as what is compared later counts them. All else changes rows
 * that others change too, so it waits in a table of this session for a transaction of its own.
 */
export class Repair {
  constructor(private readonly client: PoolClient) {}

  async begin(): Promise<void> {
    await this.client.query(
      'CREATE TEMP TABLE reconcile_later (n bigint GENERATED ALWAYS AS IDENTITY, what text, key jsonb, expected jsonb, found jsonb)',
    );
  }

  async mend({ table, key, expected, found }: Difference): Promise<void> {
    const columns = APPENDED[table];
    if (columns === undefined) {
      await this.client.query('INSERT INTO reconcile_later (what, key, expected, found) VALUES ($1, $2, $3, $4)', [
        table,
        key,
        expected ?? {},
        found ?? {},
      ]);
      return;
    }
    const names = columns.split(', ');
    const values = names.map((name) =>
      name in key ? key[name] : name === 'quarter' ? null : missing(expected, found, name),
    );
    await this.client.query(
      `INSERT INTO ${table} (${columns}) VALUES (${names.map((_, n) => `$${n + 1}`).join(', ')})`,
      values,
    );
  }

  /** Call within a transaction of its own. @NOTE Rows are locked in the order of all other writers. */
  async mendLater(): Promise<void> {
    const delta = (name: string) =>
      `coalesce((expected->>'${name}')::int8, 0) - coalesce((found->>'${name}')::int8, 0)`;
    await this.client.query(
      `INSERT INTO event_counts AS c (link_id, user_id, type, n)
       SELECT (key->>'link_id')::int4, (key->>'user_id')::int4, key->>'type', ${delta('n')}
       FROM reconcile_later WHERE what = 'event_counts' ORDER BY 1, 2, 3
       ON CONFLICT (link_id, user_id, type) DO UPDATE SET n = c.n + excluded.n`,
    );
    await this.client.query(
      `INSERT INTO link_stats (link_id) SELECT (key->>'link_id')::int4 FROM reconcile_later WHERE what = 'link_stats'
       ORDER BY 1 ON CONFLICT (link_id) DO NOTHING`,
    );
    await this.client.query(
      `SELECT 1 FROM link_stats WHERE link_id IN
         (SELECT (key->>'link_id')::int4 FROM reconcile_later WHERE what = 'link_stats') ORDER BY link_id FOR UPDATE`,
    );
    await this.client.query(
      `UPDATE link_stats s SET clicks = s.clicks + ${delta('clicks')}, human_clicks = s.human_clicks + ${delta('human_clicks')},
         click_rows = s.click_rows + ${delta('click_rows')},
         last_click_at = CASE WHEN s.last_click_at IS NOT DISTINCT FROM (found->>'last_click_at')::int8
           THEN (expected->>'last_click_at')::int8 ELSE s.last_click_at END
       FROM reconcile_later WHERE what = 'link_stats' AND s.link_id = (key->>'link_id')::int4`,
    );
    await this.client.query(
      `INSERT INTO counters AS c (kind, key, shard, n)
       SELECT key->>'kind', key->>'key', ${COUNTER_SHARDS.reconcile}, ${delta('n')}
       FROM reconcile_later WHERE what = 'counters' ORDER BY 1, 2
       ON CONFLICT (kind, key, shard) DO UPDATE SET n = c.n + excluded.n`,
    );
  }
}

function missing(expected: Recounted, found: Recounted, name: string): number {
  return (expected?.[name] ?? 0) - (found?.[name] ?? 0);
}
