import type { Pool } from 'pg';
import { ALL_LINKS } from '../../clicks/rollup-rows.ts';
import {
  type ClickTables,
  type RollupCounts,
  type RollupTable,
  SIMPLE_COLUMNS,
  type SimpleClick,
  SimpleClicks,
  type StoredClick,
} from './simple-clicks.ts';

const COUNTS = ['clicks', 'visitors', 'human_clicks', 'human_visitors'];
const COLUMNS = {
  links: ['id', 'domain_id', 'code', 'url', 'created_at', 'updated_at'],
  dimension_values: ['id', 'dimension', 'value'],
  clicks: ['id', 'link_id', 'at', 'url_version', ...SIMPLE_COLUMNS, 'visitor', 'first_seen'],
  link_stats: ['link_id', 'clicks', 'human_clicks', 'click_rows', 'last_click_at'],
  counters: ['kind', 'key', 'shard', 'n'],
  rollup_15m: ['link_id', 'slot', ...COUNTS],
  rollup_hour: ['hour', 'link_id', 'value_id', ...COUNTS, 'quarter'],
  rollup_hour_added: ['hour', 'link_id', 'quarter', 'value_ids', ...COUNTS],
  rollup_day: ['day', 'link_id', 'value_id', ...COUNTS],
};
type Table = keyof typeof COLUMNS;
/** Rows whose key may be there already. */
const REPEATED: Partial<Record<Table, string>> = {
  links: 'ON CONFLICT DO NOTHING',
  link_stats: `ON CONFLICT (link_id) DO UPDATE SET clicks = link_stats.clicks + excluded.clicks,
    human_clicks = link_stats.human_clicks + excluded.human_clicks, click_rows = link_stats.click_rows + excluded.click_rows,
    last_click_at = greatest(link_stats.last_click_at, excluded.last_click_at)`,
  counters: 'ON CONFLICT (kind, key, shard) DO UPDATE SET n = counters.n + excluded.n',
};

/** SimpleClicks over PostgreSQL. Every click adds rollup rows of its own: a reader that does not sum counts wrong. */
export class PostgresSimpleClicks {
  private readonly tables = new PostgresClickTables();
  private readonly clicks: SimpleClicks;

  constructor(
    private readonly pool: Pool,
    alsoToDays?: (day: number, linkId: number) => boolean,
    hasQuarters?: (hour: number) => boolean,
  ) {
    this.clicks = new SimpleClicks(this.tables, alsoToDays, hasQuarters);
  }

  async ingest(clicks: readonly SimpleClick[]): Promise<StoredClick[]> {
    const stored = this.clicks.ingest(clicks);
    await this.tables.write(this.pool);
    return stored;
  }
}

class PostgresClickTables implements ClickTables {
  private rows = new Map<Table, unknown[][]>();
  private readonly links = new Set<number>();
  private readonly counts = new Map<string, number>();
  private readonly stats = new Map<number, [clicks: number, human: number, rows: number, lastAt: number]>();

  link(linkId: number): boolean {
    if (this.links.has(linkId)) return false;
    this.links.add(linkId);
    this.add('links', [linkId, 1, `code${linkId}`, `https://example.com/${linkId}`, 0, 0]);
    return true;
  }

  value(id: number, dimension: number, value: string): void {
    this.add('dimension_values', [id, dimension, value]);
  }

  click(click: StoredClick, values: readonly number[]): void {
    const { id, linkId, at, visitor, firstSeen } = click;
    this.add('clicks', [id, linkId, at, 1, ...values, visitor, firstSeen]);
    const [clicks, human, rows, lastAt] = this.stats.get(linkId) ?? [0, 0, 0, at];
    this.stats.set(linkId, [clicks + 1, human + (click.quality === 'human' ? 1 : 0), rows + 1, Math.max(lastAt, at)]);
  }

  counter(kind: string, key: string): void {
    const name = `${kind} ${key}`;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** Half of what ingest adds as arrays comes as such, the other half as housekeeping leaves it. */
  hour(key: readonly [number, number, number], slot: number | null, ...counts: RollupCounts): void {
    const [hour, linkId, valueId] = key;
    if (linkId === ALL_LINKS || slot === null || (hour + valueId) % 2 === 0)
      this.add('rollup_hour', [...key, 1, ...counts, slot === null ? null : slot & 3]);
    else this.add('rollup_hour_added', [hour, linkId, slot & 3, ...[valueId, 1, ...counts].map((value) => [value])]);
  }

  rollup(table: RollupTable, key: readonly number[], ...counts: RollupCounts): void {
    this.add(table, [...key, 1, ...counts]);
  }

  /** Writes what has been gathered, in one transaction. */
  async write(pool: Pool): Promise<void> {
    for (const [name, n] of this.counts) this.add('counters', [...name.split(' '), n % 3, n]);
    for (const [linkId, stats] of this.stats) this.add('link_stats', [linkId, ...stats]);
    this.counts.clear();
    this.stats.clear();
    const { rows } = this;
    this.rows = new Map();
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      for (const table of Object.keys(COLUMNS) as Table[]) {
        const columns = COLUMNS[table];
        const objects = (rows.get(table) ?? []).map((row) =>
          Object.fromEntries(row.map((value, n) => [columns[n], value])),
        );
        if (objects.length === 0) continue;
        await client.query(
          `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${columns.join(', ')}
           FROM json_populate_recordset(NULL::${table}, $1::json) ${REPEATED[table] ?? ''}`,
          [JSON.stringify(objects)],
        );
      }
      await client.query('COMMIT');
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  private add(table: Table, row: unknown[]): void {
    const rows = this.rows.get(table);
    if (rows) rows.push(row);
    else this.rows.set(table, [row]);
  }
}

/** Sums every day before `day` up into the day tier, as compaction leaves it. */
export async function fillPostgresDays(pool: Pool, day: number): Promise<void> {
  await pool.query(
    `WITH hours AS (SELECT * FROM rollup_hour_all WHERE hour < ${day * 24})
     INSERT INTO rollup_day SELECT hour / 24, link_id, value_id, sum(clicks), sum(visitors), sum(human_clicks), sum(human_visitors)
     FROM hours GROUP BY 1, 2, 3`,
  );
  await pool.query(`UPDATE rollup_tiers SET days_before = ${day}`);
}
