import { Database } from 'bun:sqlite';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DIMENSIONS } from '@waymark/contract';
import type { Pool } from 'pg';
import { DAY_MS } from '../src/platform/clock.ts';
import { migrate } from '../src/storage/postgres/migrate.ts';
import { openPool } from '../src/storage/postgres/pool.ts';
import { sumUpSpan } from '../src/storage/postgres/span-tier.ts';
import { type SeedOptions, seedClicks } from './seed-clicks.ts';

const ROWS_AT_ONCE = 20_000;

/** Tables that are taken over as they are, and the order that ingest would have given their rows. */
const TABLES: [table: string, columns: string, order: string][] = [
  ['dimension_values', 'id, dimension, value', 'id'],
  [
    'clicks',
    `id, link_id, user_id, at, original_at, url_version, country, region, city, device, browser, os, referrer, utm_source,
     utm_medium, utm_campaign, utm_term, utm_content, language, quality, reason, visitor, first_seen`,
    'id',
  ],
  ['link_stats', 'link_id, clicks, human_clicks, click_rows, last_click_at', 'link_id'],
  ['links', 'id, domain_id, code, url, created_at, updated_at', 'id'],
  // Quarter hours and hours as they go by, though SQLite keeps the former by link.
  ['rollup_15m', 'link_id, slot, clicks, visitors, human_clicks, human_visitors', 'slot, link_id'],
  ['rollup_day', 'day, link_id, value_id, clicks, visitors, human_clicks, human_visitors', 'day, link_id, value_id'],
];

const HOUR_COLUMNS = 'hour, link_id, value_id, clicks, visitors, human_clicks, human_visitors';
/** Links as values of all links have no quarters in the population. */
const HOUR_ROWS = `SELECT ${HOUR_COLUMNS}, quarter FROM seed_quarters
  UNION ALL SELECT ${HOUR_COLUMNS}, NULL FROM rollup_hour WHERE value_id >> 32 = ${DIMENSIONS.link} ORDER BY 1, 2, 3`;

/**
 * Fills an empty PostgreSQL database with the population of seedClicks: the same rows and rollups, made once in SQLite and
 * copied table by table.
 * Shape: rollup_day is complete for every day, and so is rollup_span for its spans; clicks lie in partitions of a month; everything is vacuumed.
 */
export async function seedPostgres(url: string, options: SeedOptions, sqliteFile?: string): Promise<void> {
  const made = sqliteFile ? null : mkdtempSync(join(tmpdir(), 'waymark-seed-'));
  const file = sqliteFile ?? seedClicks(made ?? '', { ...options, ofLinks: true });
  const pool = openPool({ url, max: 1, statementMs: 0, name: 'seed' });
  const from = new Database(file, { readonly: true });
  try {
    await migrate(pool);
    for (const month of monthsOf(options)) {
      await pool.query(
        `CREATE TABLE clicks_${month.name} PARTITION OF clicks FOR VALUES FROM (${month.start}) TO (${month.end})`,
      );
    }
    // Its rows come in one statement, and the triggers would keep all of them in memory.
    await pool.query('ALTER TABLE rollup_day DISABLE TRIGGER USER');
    // Built over all rows at once they cost a fraction of what they cost row by row.
    const indexes = await takeIndexes(pool);
    for (const [table, columns, order] of TABLES) {
      await copyRows(url, table, columns, from.query<unknown, []>(`SELECT ${columns} FROM ${table} ORDER BY ${order}`));
    }
    await copyRows(url, 'rollup_hour', `${HOUR_COLUMNS}, quarter`, from.query<unknown, []>(HOUR_ROWS));
    await pool.query(`INSERT INTO counters (kind, key, shard, n) VALUES
      ('links', '', 0, ${options.links}), ('events', '', 0, ${options.clicks}), ('events_by_type', 'click', 0, ${options.clicks})`);
    for (const create of indexes) await pool.query(create);
    await pool.query('ALTER TABLE rollup_day ENABLE TRIGGER USER');
    const firstDay = Math.floor(options.start / DAY_MS);
    await pool.query(`UPDATE rollup_tiers SET days_before = ${firstDay + options.days}`);
    while (await sumUpSpan(pool));
    await pool.query('VACUUM (ANALYZE)');
  } finally {
    from.close();
    await pool.end();
    if (made) rmSync(made, { recursive: true, force: true });
  }
}

/** Drops the indexes of tables that get many rows, those of keys left out; returns what makes them again. */
async function takeIndexes(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string; create: string }>(
    `SELECT c.relname AS name, replace(pg_get_indexdef(c.oid), ' ON ONLY ', ' ON ') AS create
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid IN ('clicks'::regclass, 'rollup_15m'::regclass, 'rollup_hour'::regclass, 'rollup_day'::regclass)
       AND NOT i.indisprimary`,
  );
  for (const { name } of rows) await pool.query(`DROP INDEX ${name}`);
  return rows.map(({ create }) => create);
}

function monthsOf({ start, days }: SeedOptions): { name: string; start: number; end: number }[] {
  const months = [];
  for (let at = new Date(start); at.getTime() < start + days * DAY_MS; ) {
    const next = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1));
    months.push({ name: at.toISOString().slice(0, 7).replace('-', '_'), start: at.getTime(), end: next.getTime() });
    at = next;
  }
  return months;
}

/** Through psql's COPY, which keeps a core busy with the rows and not with the protocol. */
async function copyRows(
  url: string,
  table: string,
  columns: string,
  rows: { values(): unknown; iterate(): Iterable<unknown> },
) {
  const psql = Bun.spawn(
    ['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', `COPY ${table} (${columns}) FROM STDIN`],
    { stdin: 'pipe', stdout: 'ignore', stderr: 'inherit' },
  );
  let lines: string[] = [];
  const send = async () => {
    psql.stdin.write(lines.join(''));
    lines = [];
    await psql.stdin.flush();
  };
  for (const row of rows.iterate()) {
    lines.push(
      `${Object.values(row as object)
        .map((value) => (value === null ? '\\N' : value))
        .join('\t')}\n`,
    );
    if (lines.length >= ROWS_AT_ONCE) await send();
  }
  await send();
  psql.stdin.end();
  if ((await psql.exited) !== 0) throw new Error(`COPY into ${table} failed`);
}
