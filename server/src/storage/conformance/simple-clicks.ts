import type { Database } from 'bun:sqlite';
import { DIMENSIONS, type Dimension, QUALITIES, type Quality } from '@waymark/contract';
import { periodsOf, VALUE_SPAN, visitRollups } from '../../clicks/rollup-rows.ts';
import { DAY_MS } from '../../platform/clock.ts';

/** A click as tests write it. Values that are absent are not known. */
export interface SimpleClick {
  linkId: number;
  at: number;
  quality: Quality;
  visitor: number;
  values: Partial<Record<ValueDimension, string>>;
}

type ValueDimension = Exclude<Dimension, 'link' | 'quality'>;

/** A click with its place in the table and what it was the first of. */
export interface StoredClick extends SimpleClick {
  id: number;
  firstSeen: number;
}

const COLUMNS = Object.keys(DIMENSIONS).filter((name) => name !== 'link') as Exclude<Dimension, 'link'>[];
const COUNTS = 'clicks, visitors, human_clicks, human_visitors';

/**
 * Writes clicks and all that counts them, row by row, in the order given: the plain form of what ingest does.
 * Links are made as needed. `alsoToDays` tells which clicks the day tier takes directly.
 */
export class SimpleIngest {
  private nextId = 1;
  private readonly seen = new Map<string, number>();
  private readonly valueIds = new Map<string, number>();

  constructor(
    private readonly sqlite: Database,
    private readonly alsoToDays: (day: number, linkId: number) => boolean = () => false,
  ) {
    for (const quality of QUALITIES) this.valueId('quality', quality);
  }

  ingest(clicks: readonly SimpleClick[]): StoredClick[] {
    return clicks.map((click) => this.add(click));
  }

  private add(click: SimpleClick): StoredClick {
    const { linkId, at, quality } = click;
    const { sqlite } = this;
    const { slot, hour, day } = periodsOf(at);
    const human = quality === 'human';
    const id = this.nextId++;
    const firstSeen = this.first(day, linkId, click) | (this.first(day, 0, click) << 2);
    const values = COLUMNS.map((name) => this.valueId(name, name === 'quality' ? quality : (click.values[name] ?? '')));
    this.link(linkId);
    sqlite
      .query<null, (number | null)[]>(
        `INSERT INTO clicks (id, link_id, user_id, at, url_version, ${COLUMNS.join(', ')}, visitor, first_seen)
         VALUES (?, ?, NULL, ?, 1, ${COLUMNS.map(() => '?').join(', ')}, ?, ?)`,
      )
      .run(id, linkId, at, ...values, click.visitor, firstSeen);
    sqlite
      .query<null, number[]>(
        `INSERT INTO click_hours (hour, min_id, max_id) VALUES (?, ?, ?)
         ON CONFLICT (hour) DO UPDATE SET min_id = min(min_id, excluded.min_id), max_id = max(max_id, excluded.max_id)`,
      )
      .run(hour, id, id);
    sqlite
      .query<null, number[]>(
        `INSERT INTO link_stats (link_id, clicks, human_clicks, click_rows, last_click_at) VALUES (?, 1, ?, 1, ?)
         ON CONFLICT (link_id) DO UPDATE SET clicks = clicks + 1, human_clicks = human_clicks + excluded.human_clicks,
           click_rows = click_rows + 1, last_click_at = max(last_click_at, excluded.last_click_at)`,
      )
      .run(linkId, human ? 1 : 0, at);
    this.counter('events', '');
    this.counter('events_by_type', 'click');
    visitRollups({ linkId, human, firstSeen, values }, (link, valueId, ...counts) => {
      if (valueId === null) this.count('rollup_15m', 'link_id, slot', [link, slot], counts);
      else {
        this.count('rollup_hour', 'hour, link_id, value_id', [hour, link, valueId], counts);
        if (this.alsoToDays(day, link))
          this.count('rollup_day', 'day, link_id, value_id', [day, link, valueId], counts);
      }
    });
    return { ...click, id, firstSeen };
  }

  private link(linkId: number): void {
    const made = this.sqlite
      .query<null, (number | string)[]>(
        'INSERT OR IGNORE INTO links (id, domain_id, code, url, created_at, updated_at) VALUES (?, 1, ?, ?, 0, 0)',
      )
      .run(linkId, `code${linkId}`, `https://example.com/${linkId}`);
    if (made.changes > 0) this.counter('links', '');
  }

  private counter(kind: string, key: string): void {
    this.sqlite
      .query<null, string[]>(
        'INSERT INTO counters (kind, key, n) VALUES (?, ?, 1) ON CONFLICT (kind, key) DO UPDATE SET n = n + 1',
      )
      .run(kind, key);
  }

  private count(table: string, columns: string, key: number[], counts: number[]): void {
    this.sqlite
      .query<null, number[]>(
        `INSERT INTO ${table} (${columns}, ${COUNTS}) VALUES (${key.map(() => '?').join(', ')}, 1, ?, ?, ?)
         ON CONFLICT (${columns}) DO UPDATE SET clicks = clicks + 1, visitors = visitors + excluded.visitors,
           human_clicks = human_clicks + excluded.human_clicks, human_visitors = human_visitors + excluded.human_visitors`,
      )
      .run(...key, ...counts);
  }

  private first(day: number, linkId: number, { visitor, quality }: SimpleClick): number {
    const key = `${day}:${linkId}:${visitor}`;
    const before = this.seen.get(key) ?? 0;
    const after = before | (quality === 'human' ? 3 : 1);
    this.seen.set(key, after);
    return after & ~before;
  }

  private valueId(dimension: Exclude<Dimension, 'link'>, value: string): number {
    if (value === '') return 0;
    const key = `${dimension}:${value}`;
    let id = this.valueIds.get(key);
    if (id === undefined) {
      id = DIMENSIONS[dimension] * VALUE_SPAN + this.valueIds.size + 1;
      this.valueIds.set(key, id);
      this.sqlite
        .query<null, (number | string)[]>('INSERT INTO dimension_values (id, dimension, value) VALUES (?, ?, ?)')
        .run(id, DIMENSIONS[dimension], value);
    }
    return id;
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

export const dayOf = (at: number): number => Math.floor(at / DAY_MS);
