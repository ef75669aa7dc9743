import type { Database } from 'bun:sqlite';
import { ALL_LINKS, hasQuarters } from '../../clicks/rollup-rows.ts';
import {
  type ClickTables,
  type RollupCounts,
  type RollupTable,
  SIMPLE_COLUMNS,
  SimpleClicks,
  type StoredClick,
} from './simple-clicks.ts';

const COUNTS = 'clicks, visitors, human_clicks, human_visitors';
const KEYS: Record<RollupTable | 'rollup_quarter', string> = {
  rollup_15m: 'link_id, slot',
  rollup_hour: 'hour, link_id, value_id',
  rollup_quarter: 'hour, value_id, quarter',
  rollup_day: 'day, link_id, value_id',
};

/** SimpleClicks over SQLite. */
export class SimpleIngest extends SimpleClicks {
  constructor(
    sqlite: Database,
    alsoToDays?: (day: number, linkId: number) => boolean,
    hasQuarters?: (hour: number) => boolean,
  ) {
    super(new SqliteClickTables(sqlite), alsoToDays, hasQuarters);
  }
}

class SqliteClickTables implements ClickTables {
  constructor(private readonly sqlite: Database) {}

  link(linkId: number): boolean {
    const made = this.sqlite
      .query<null, (number | string)[]>(
        'INSERT OR IGNORE INTO links (id, domain_id, code, url, created_at, updated_at) VALUES (?, 1, ?, ?, 0, 0)',
      )
      .run(linkId, `code${linkId}`, `https://example.com/${linkId}`);
    return made.changes > 0;
  }

  value(id: number, dimension: number, value: string): void {
    this.sqlite
      .query<null, (number | string)[]>('INSERT INTO dimension_values (id, dimension, value) VALUES (?, ?, ?)')
      .run(id, dimension, value);
  }

  click(click: StoredClick, values: readonly number[]): void {
    const { id, linkId, at } = click;
    const { sqlite } = this;
    sqlite
      .query<null, number[]>(
        `INSERT INTO clicks (id, link_id, user_id, at, url_version, ${SIMPLE_COLUMNS.join(', ')}, visitor, first_seen)
         VALUES (?, ?, NULL, ?, 1, ${SIMPLE_COLUMNS.map(() => '?').join(', ')}, ?, ?)`,
      )
      .run(id, linkId, at, ...values, click.visitor, click.firstSeen);
    sqlite
      .query<null, number[]>(
        `INSERT INTO click_hours (hour, min_id, max_id) VALUES (?, ?, ?)
         ON CONFLICT (hour) DO UPDATE SET min_id = min(min_id, excluded.min_id), max_id = max(max_id, excluded.max_id)`,
      )
      .run(Math.floor(at / 3_600_000), id, id);
    sqlite
      .query<null, number[]>(
        `INSERT INTO link_stats (link_id, clicks, human_clicks, click_rows, last_click_at) VALUES (?, 1, ?, 1, ?)
         ON CONFLICT (link_id) DO UPDATE SET clicks = clicks + 1, human_clicks = human_clicks + excluded.human_clicks,
           click_rows = click_rows + 1, last_click_at = max(last_click_at, excluded.last_click_at)`,
      )
      .run(linkId, click.quality === 'human' ? 1 : 0, at);
  }

  counter(kind: string, key: string): void {
    this.sqlite
      .query<null, string[]>(
        'INSERT INTO counters (kind, key, n) VALUES (?, ?, 1) ON CONFLICT (kind, key) DO UPDATE SET n = n + 1',
      )
      .run(kind, key);
  }

  hour(key: readonly [number, number, number], slot: number | null, ...counts: RollupCounts): void {
    this.rollup('rollup_hour', key, ...counts);
    const [hour, linkId, valueId] = key;
    if (slot !== null && linkId === ALL_LINKS && hasQuarters(valueId))
      this.rollup('rollup_quarter', [hour, valueId, slot & 3], ...counts);
  }

  rollup(table: RollupTable | 'rollup_quarter', key: readonly number[], ...counts: RollupCounts): void {
    this.sqlite
      .query<null, number[]>(
        `INSERT INTO ${table} (${KEYS[table]}, ${COUNTS}) VALUES (${key.map(() => '?').join(', ')}, 1, ?, ?, ?)
         ON CONFLICT (${KEYS[table]}) DO UPDATE SET clicks = clicks + 1, visitors = visitors + excluded.visitors,
           human_clicks = human_clicks + excluded.human_clicks, human_visitors = human_visitors + excluded.human_visitors`,
      )
      .run(...key, ...counts);
  }
}

/** Merges every day before `day` into the day tier, as compaction leaves it. */
export function fillDayTier(sqlite: Database, day: number): void {
  sqlite.run(
    `INSERT OR REPLACE INTO rollup_day SELECT hour / 24, link_id, value_id, sum(clicks), sum(visitors), sum(human_clicks),
       sum(human_visitors) FROM rollup_hour WHERE hour < ${day * 24} GROUP BY 1, 2, 3`,
  );
  sqlite.run(`INSERT OR REPLACE INTO counters VALUES ('rollup_days_before', '', ${day})`);
}
