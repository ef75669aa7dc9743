import type { Pool, PoolClient } from 'pg';
import { type Clock, DAY_MS } from '../../platform/clock.ts';
import { int4s, int8s } from './binary-arrays.ts';
import { addClickRows, COUNTER_SHARDS } from './ingest-counters.ts';
import { type ClickMonth, monthNamed } from './months.ts';
import type { PostgresPartitions } from './partitions.ts';
import { kysely } from './pool.ts';
import { onOneConnection } from './pool-transactions.ts';
import { noteRowsRemoved } from './retained-since.ts';

/** Pages of a table that one slice looks through: a few thousand rows. */
const PAGES_AT_ONCE = 64;
/** Links whose lost rows one slice takes from their totals. */
const LINKS_AT_ONCE = 1000;
const GONE_PREFIX = 'clicks_gone_';

export interface RetentionOptions {
  now: Clock;
  /** Days that rows of clicks are kept; 0 keeps them for ever. */
  retentionDays: number;
}

/** Rows that a link loses, by the owner that they counted for. */
interface Lost {
  link_id: number;
  user_id: number | null;
  n: number;
}

/**
 * Removes rows of clicks beyond their age, whole UTC days at a time; what counts rows follows.
 *
 * A month that is over whole leaves the table at once. Its rows are counted by link into a small table (`clicks_gone_...`),
 * their own is dropped in the same transaction, and the counts are taken from totals some links at a time. Whatever dies in
 * between, the names of the tables say where to go on. Of the month in between, and of clicks that no month holds, expired
 * rows are deleted page by page.
 */
export class ClickRetention {
  /** How far the pages of each table were looked through, for the border of that day. */
  private pages = new Map<string, number>();
  private pagesBefore = 0;

  constructor(
    private readonly pool: Pool,
    private readonly partitions: PostgresPartitions,
    private readonly options: RetentionOptions,
  ) {}

  /** Does one slice. Returns whether more is left. */
  async retain(): Promise<boolean> {
    const { now, retentionDays } = this.options;
    if (retentionDays <= 0) return false;
    const before = Math.floor(now() / DAY_MS - retentionDays) * DAY_MS;
    const [gone] = await this.tables(`^${GONE_PREFIX}`);
    if (gone) {
      await this.uncount(gone);
      return true;
    }
    const months = (await this.tables('^clicks_[0-9]{4}_[0-9]{2}$')).flatMap((name) => monthNamed(name) ?? []);
    const over = months.find(({ to }) => to <= before);
    if (over) {
      await this.removeMonth(over);
      return true;
    }
    const between = months.filter(({ from }) => from < before).map(({ name }) => name);
    return this.removeFromPages([...between, 'clicks_other'], before);
  }

  private async tables(pattern: string): Promise<string[]> {
    const { rows } = await this.pool.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() AND tablename ~ $1 ORDER BY 1`,
      [pattern],
    );
    return rows.map(({ name }) => name);
  }

  private async removeMonth({ name, to }: ClickMonth): Promise<void> {
    await noteRowsRemoved(kysely(this.pool), to);
    await this.partitions.detach('clicks', name);
    const gone = name.replace('clicks_', GONE_PREFIX);
    await onOneConnection(
      this.pool,
      async (client) => {
        await client.query(
          `CREATE TABLE ${gone} AS SELECT link_id, user_id, count(*) AS n FROM ${name} GROUP BY link_id, user_id ORDER BY link_id;
           CREATE INDEX ON ${gone} (link_id); DROP TABLE ${name}`,
        );
      },
      'BEGIN; SET LOCAL statement_timeout = 0',
    );
  }

  private async uncount(gone: string): Promise<void> {
    await onOneConnection(this.pool, async (client) => {
      const { rows } = await client.query<Lost>(
        `DELETE FROM ${gone} WHERE link_id IN (SELECT DISTINCT link_id FROM ${gone} ORDER BY link_id LIMIT ${LINKS_AT_ONCE})
         RETURNING link_id, user_id, n`,
      );
      if (rows.length === 0) await client.query(`DROP TABLE ${gone}`);
      else await takeFromTotals(client, rows);
    });
  }

  private async removeFromPages(tables: readonly string[], before: number): Promise<boolean> {
    if (before !== this.pagesBefore) {
      await noteRowsRemoved(kysely(this.pool), before);
      this.pages = new Map();
      this.pagesBefore = before;
    }
    for (const table of tables) {
      const page = this.pages.get(table) ?? 0;
      const { rows } = await this.pool.query<{ pages: number }>(
        `SELECT pg_relation_size($1::regclass) / current_setting('block_size')::int AS pages`,
        [table],
      );
      if (page >= (rows[0]?.pages ?? 0)) continue;
      await this.removeBetween(table, page, before);
      this.pages.set(table, page + PAGES_AT_ONCE);
      return true;
    }
    return false;
  }

  private async removeBetween(table: string, page: number, before: number): Promise<void> {
    await onOneConnection(this.pool, async (client) => {
      const { rows } = await client.query<Lost>(
        `WITH gone AS (DELETE FROM ${table} WHERE ctid >= $1::tid AND ctid < $2::tid AND at < $3 RETURNING link_id, user_id)
         SELECT link_id, user_id, count(*) AS n FROM gone GROUP BY link_id, user_id`,
        [`(${page},0)`, `(${page + PAGES_AT_ONCE},0)`, before],
      );
      if (rows.length > 0) await takeFromTotals(client, rows);
    });
  }
}

/** Takes rows that are gone from what counts rows. Clicks of deleted links have left the lists' counters before. */
async function takeFromTotals(client: PoolClient, lost: readonly Lost[]): Promise<void> {
  const byLink = new Map<number, number>();
  for (const { link_id, n } of lost) byLink.set(link_id, (byLink.get(link_id) ?? 0) + n);
  const ids = [...byLink.keys()].sort((a, b) => a - b);
  // In the order of ingest. Whoever deletes or restores a link waits here, or has committed and is seen below.
  await client.query('SELECT 1 FROM link_stats WHERE link_id = ANY ($1::int4[]) ORDER BY link_id FOR UPDATE', [
    int4s(ids),
  ]);
  await client.query(
    `UPDATE link_stats s SET click_rows = s.click_rows - u.n FROM unnest($1::int4[], $2::int8[]) AS u (link_id, n)
     WHERE s.link_id = u.link_id`,
    [int4s(ids), int8s(ids.map((id) => byLink.get(id) ?? 0))],
  );
  const { rows } = await client.query<{ id: number }>(
    'SELECT id FROM links WHERE id = ANY ($1::int4[]) AND deleted_at IS NULL',
    [int4s(ids)],
  );
  const live = new Set(rows.map(({ id }) => id));
  const owners = new Map<number, number>();
  let shown = 0;
  for (const { link_id, user_id, n } of lost) {
    if (!live.has(link_id)) continue;
    shown -= n;
    if (user_id !== null) owners.set(user_id, (owners.get(user_id) ?? 0) - n);
  }
  await addClickRows(client, shown, owners, COUNTER_SHARDS.housekeeping);
}
