import { Database } from 'bun:sqlite';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DIMENSIONS, type Dimension, QUALITIES } from '@waymark/contract';
import { DAY_MS } from '../src/platform/clock.ts';
import { ClickBlockUpkeep } from '../src/storage/sqlite/click-block-upkeep.ts';
import { DATABASE_FILE } from '../src/storage/sqlite/database.ts';
import { migrate } from '../src/storage/sqlite/migrate.ts';
import { SpanUpkeep } from '../src/storage/sqlite/rollup-spans.ts';
import { randomSource, zipfTable } from './zipf.ts';

/** What to fill a database with. `rollupLinks`: how many of the busiest links get rows per dimension; all get 15-minute rows. */
export interface SeedOptions {
  clicks: number;
  links: number;
  days: number;
  /** Epoch ms of the first UTC midnight. */
  start: number;
  rollupLinks: number;
  seed: number;
  /** Keep the quarters of links' hours as well, in `seed_quarters`: PostgreSQL has them in rows of their own. */
  ofLinks?: boolean;
}

export const SEED_DEFAULTS: SeedOptions = {
  clicks: 1_000_000,
  links: 100_000,
  days: 365,
  start: Date.UTC(2025, 0, 1),
  rollupLinks: 200,
  seed: 1,
};

const SEED_QUARTERS = `CREATE TABLE seed_quarters (hour INTEGER, link_id INTEGER, value_id INTEGER, clicks INTEGER,
  visitors INTEGER, human_clicks INTEGER, human_visitors INTEGER, quarter INTEGER)`;

/** How many values each dimension has; drawn by Zipf, so the first are the common ones. */
const CARDINALITY = {
  country: 40,
  region: 200,
  city: 1000,
  device: 4,
  browser: 12,
  os: 8,
  referrer: 400,
  utm_source: 15,
  utm_medium: 6,
  utm_campaign: 60,
  utm_term: 40,
  utm_content: 30,
  language: 25,
} as const satisfies Partial<Record<Dimension, number>>;
const DRAWN = Object.keys(CARDINALITY) as (keyof typeof CARDINALITY)[];
/** Share of clicks in which the dimension is empty. */
const EMPTY_SHARE: Partial<Record<Dimension, number>> = {
  region: 0.5,
  city: 0.5,
  referrer: 0.4,
  utm_source: 0.8,
  utm_medium: 0.8,
  utm_campaign: 0.8,
  utm_term: 0.95,
  utm_content: 0.95,
};
const BOT_SHARE = 0.12;

const SPAN = 2 ** 32;
const ROWS_PER_STATEMENT = 50;
/** Keys of tallies are (hour of the day, link, value) in one number, each part below this. */
const PART = 2 ** 18;
/** Values of the dimension `link` follow all others. */
const LINK_VALUES = 4096;
const CLICK_COLUMNS = `id, link_id, user_id, at, original_at, url_version, ${DRAWN.join(', ')}, quality, reason, visitor, first_seen`;

/**
 * Fills a new database with clicks and the rollups that ingest would have written, day by day in time order.
 * Returns the file. Shape: rollup_day is complete for every day.
 */
export function seedClicks(directory: string, options: SeedOptions = SEED_DEFAULTS): string {
  const file = join(directory, DATABASE_FILE);
  const db = new Database(file, { create: true, readwrite: true, strict: true });
  db.run(
    'PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; PRAGMA locking_mode = EXCLUSIVE',
  );
  migrate(db);
  const writer = new DayWriter(db, options);
  db.run('BEGIN');
  writer.values();
  const perDay = options.clicks / options.days;
  for (let day = 0; day < options.days; day++) {
    writer.day(day, Math.round((day + 1) * perDay) - Math.round(day * perDay));
  }
  writer.totals();
  keepUp(db);
  db.run('COMMIT');
  db.run('PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = WAL');
  db.close();
  return file;
}

/** What upkeep would have done. */
function keepUp(db: Database): void {
  void new ClickBlockUpkeep(db, { sliceMs: Number.POSITIVE_INFINITY }).copyRows();
  void new SpanUpkeep(db, { sliceMs: Number.POSITIVE_INFINITY }).mergeSpans();
}

class DayWriter {
  private readonly random;
  private readonly drawLink;
  private readonly draws: { draw(): number; empty: number; base: number; key: number }[] = [];
  /** Value ids by the small number that stands for them in keys. */
  private readonly ids: number[] = [0];
  private readonly humanId: number;
  private readonly botIds: [quality: number, reason: number, qualityKey: number, reasonKey: number];
  private readonly clicksOf: Int32Array;
  private readonly humansOf: Int32Array;
  private readonly lastOf: Float64Array;
  private nextId = 1;
  private readonly rows: Record<string, Rows>;

  constructor(
    private readonly db: Database,
    private readonly options: SeedOptions,
  ) {
    this.random = randomSource(options.seed);
    this.drawLink = zipfTable(options.links, this.random);
    for (const name of DRAWN) {
      const size = CARDINALITY[name];
      const base = DIMENSIONS[name] * SPAN + 1;
      this.draws.push({
        draw: zipfTable(size, this.random),
        empty: EMPTY_SHARE[name] ?? 0,
        base,
        key: this.ids.length,
      });
      for (let n = 0; n < size; n++) this.ids.push(base + n);
    }
    this.humanId = DIMENSIONS.quality * SPAN + 1;
    const bot = DIMENSIONS.quality * SPAN + 2;
    const reason = DIMENSIONS.reason * SPAN + 1;
    this.botIds = [bot, reason, this.ids.length, this.ids.length + 1];
    this.ids.push(bot, reason);
    this.clicksOf = new Int32Array(options.links + 1);
    this.humansOf = new Int32Array(options.links + 1);
    this.lastOf = new Float64Array(options.links + 1);
    const counts = 'clicks, visitors, human_clicks, human_visitors';
    if (options.ofLinks) db.run(SEED_QUARTERS);
    this.rows = {
      ...(options.ofLinks && {
        ofLinks: new Rows(db, 'seed_quarters', `hour, link_id, value_id, ${counts}, quarter`),
      }),
      clicks: new Rows(db, 'clicks', CLICK_COLUMNS),
      slots: new Rows(db, 'rollup_15m', `link_id, slot, ${counts}`),
      hours: new Rows(db, 'rollup_hour', `hour, link_id, value_id, ${counts}`),
      quarters: new Rows(db, 'rollup_quarter', `hour, value_id, quarter, ${counts}`),
      days: new Rows(db, 'rollup_day', `day, link_id, value_id, ${counts}`),
    };
  }

  values(): void {
    const insert = this.db.prepare('INSERT INTO dimension_values (id, dimension, value) VALUES (?, ?, ?)');
    DRAWN.forEach((name, i) => {
      const base = this.draws[i]?.base ?? 0;
      for (let n = 0; n < CARDINALITY[name]; n++) insert.run(base + n, DIMENSIONS[name], `${name}-${n + 1}`);
    });
    QUALITIES.forEach((quality, n) => {
      insert.run(DIMENSIONS.quality * SPAN + 1 + n, DIMENSIONS.quality, quality);
    });
    insert.run(DIMENSIONS.reason * SPAN + 1, DIMENSIONS.reason, 'agent');
  }

  day(dayIndex: number, clicks: number): void {
    const { random, options } = this;
    const start = options.start + dayIndex * DAY_MS;
    const times = Float64Array.from({ length: clicks }, () => start + Math.floor(random() * DAY_MS)).sort();
    const visitors = Math.max(1000, Math.floor(options.clicks / 30));
    const seen = new Map<number, number>();
    const slots = new Tally();
    const hours = new Tally();
    const quarters = new Tally();
    const daily = new Tally();
    const keys = new Array<number>(DRAWN.length);
    const bounds = new Map<number, [number, number]>();
    for (const at of times) {
      const link = this.drawLink() + 1;
      const human = random() >= BOT_SHARE;
      const visitor = Math.floor(random() * visitors);
      const first = note(seen, link, visitor, human) | (note(seen, 0, visitor, human) << 2);
      const id = this.nextId++;
      const row: (number | null)[] = [id, link, null, at, null, 1];
      this.draws.forEach(({ draw, empty, key }, i) => {
        const k = empty > 0 && random() < empty ? 0 : key + draw();
        keys[i] = k;
        row.push(this.ids[k] ?? 0);
      });
      row.push(human ? this.humanId : this.botIds[0], human ? 0 : this.botIds[1], visitor, first);
      this.rows.clicks?.add(row);
      this.clicksOf[link] = (this.clicksOf[link] ?? 0) + 1;
      if (human) this.humansOf[link] = (this.humansOf[link] ?? 0) + 1;
      this.lastOf[link] = at;
      const slot = Math.floor((at - start) / 900_000);
      const hour = slot >> 2;
      const bound = bounds.get(hour);
      if (bound) bound[1] = id;
      else bounds.set(hour, [id, id]);
      for (const [scope, bits] of [
        [0, first >> 2],
        [link, first & 3],
      ] as const) {
        const counts = [1, bits & 1, human ? 1 : 0, bits >> 1] as const;
        slots.add(scope * 128 + slot, counts);
        if (scope > options.rollupLinks) continue;
        const value = (k: number) => {
          hours.add((hour * PART + scope) * PART + k, counts);
          if (scope === 0 || options.ofLinks) quarters.add((slot * PART + scope) * PART + k, counts);
          daily.add(scope * PART + k, counts);
        };
        for (const k of keys) if (k !== 0) value(k);
        if (!human) {
          value(this.botIds[2]);
          value(this.botIds[3]);
        }
      }
      // As a value of its own a link has its own visitors.
      const counts = [1, first & 1, human ? 1 : 0, (first >> 1) & 1] as const;
      hours.add(hour * PART * PART + LINK_VALUES + link, counts);
      daily.add(LINK_VALUES + link, counts);
    }
    const day = Math.floor(start / DAY_MS);
    slots.write((key, counts) => this.rows.slots?.add([Math.floor(key / 128), day * 96 + (key % 128), ...counts]));
    hours.write((key, counts) =>
      this.rows.hours?.add([day * 24 + Math.floor(key / PART / PART), ...this.place(key), ...counts]),
    );
    quarters.write((key, counts) => {
      const slot = day * 96 + Math.floor(key / PART / PART);
      const [linkId, valueId] = this.place(key);
      if (linkId === 0) this.rows.quarters?.add([slot >> 2, valueId, slot & 3, ...counts]);
      this.rows.ofLinks?.add([slot >> 2, linkId, valueId, ...counts, slot & 3]);
    });
    daily.write((key, counts) => this.rows.days?.add([day, ...this.place(key), ...counts]));
    const put = this.db.query('INSERT INTO click_hours (hour, min_id, max_id) VALUES (?, ?, ?)');
    for (const [hour, [min, max]] of bounds) put.run(day * 24 + hour, min, max);
  }

  totals(): void {
    for (const rows of Object.values(this.rows)) rows.flush();
    const stat = this.db.prepare(
      'INSERT INTO link_stats (link_id, clicks, human_clicks, click_rows, last_click_at) VALUES (?, ?, ?, ?, ?)',
    );
    const link = this.db.prepare(
      'INSERT INTO links (id, domain_id, code, url, created_at, updated_at) VALUES (?, 1, ?, ?, ?, ?)',
    );
    for (let id = 1; id <= this.options.links; id++) {
      link.run(id, `code${id}`, `https://example.com/${id}`, this.options.start, this.options.start);
      const clicks = this.clicksOf[id] ?? 0;
      if (clicks > 0) stat.run(id, clicks, this.humansOf[id] ?? 0, clicks, this.lastOf[id] ?? 0);
    }
    const counter = this.db.prepare('INSERT INTO counters (kind, key, n) VALUES (?, ?, ?)');
    counter.run('links', '', this.options.links);
    counter.run('events', '', this.options.clicks);
    counter.run('events_by_type', 'click', this.options.clicks);
    counter.run('rollup_days_before', '', Math.floor(this.options.start / DAY_MS) + this.options.days);
    this.db.run(`UPDATE sequences SET next = ${this.nextId} WHERE name = 'event'`);
  }

  private place(key: number): [linkId: number, valueId: number] {
    const k = key % PART;
    const linkId = Math.floor(key / PART) % PART;
    return [linkId, k >= LINK_VALUES ? DIMENSIONS.link * SPAN + k - LINK_VALUES : (this.ids[k] ?? 0)];
  }
}

/** Notes a visitor of the day; returns 1 for the first click, 2 for the first human one, added. */
function note(seen: Map<number, number>, link: number, visitor: number, human: boolean): number {
  const key = link * 2 ** 24 + visitor;
  const before = seen.get(key) ?? 0;
  const after = before | (human ? 3 : 1);
  if (after !== before) seen.set(key, after);
  return after & ~before;
}

type Counts = readonly [clicks: number, visitors: number, humanClicks: number, humanVisitors: number];

/** Counts by key, four to a key in one growing array. */
class Tally {
  private readonly places = new Map<number, number>();
  private counts = new Int32Array(4096);

  add(key: number, [clicks, visitors, humanClicks, humanVisitors]: Counts): void {
    let place = this.places.get(key);
    if (place === undefined) {
      place = this.places.size * 4;
      this.places.set(key, place);
      if (place === this.counts.length) {
        const grown = new Int32Array(place * 2);
        grown.set(this.counts);
        this.counts = grown;
      }
    }
    const c = this.counts;
    c[place] = (c[place] ?? 0) + clicks;
    c[place + 1] = (c[place + 1] ?? 0) + visitors;
    c[place + 2] = (c[place + 2] ?? 0) + humanClicks;
    c[place + 3] = (c[place + 3] ?? 0) + humanVisitors;
  }

  /** Hands over every key in ascending order. */
  write(put: (key: number, counts: Counts) => void): void {
    for (const key of Float64Array.from(this.places.keys()).sort()) {
      const p = this.places.get(key) ?? 0;
      const c = this.counts;
      put(key, [c[p] ?? 0, c[p + 1] ?? 0, c[p + 2] ?? 0, c[p + 3] ?? 0]);
    }
  }
}

/** Inserts rows, many to a statement. */
class Rows {
  private waiting: (number | null)[] = [];
  private readonly width: number;
  private readonly sql: (rows: number) => string;
  private readonly many;

  constructor(
    private readonly db: Database,
    table: string,
    columns: string,
  ) {
    this.width = columns.split(',').length;
    const row = `(${Array(this.width).fill('?').join(', ')})`;
    this.sql = (rows) => `INSERT INTO ${table} (${columns}) VALUES ${Array(rows).fill(row).join(', ')}`;
    this.many = db.prepare<null, (number | null)[]>(this.sql(ROWS_PER_STATEMENT));
  }

  add(row: (number | null)[]): void {
    this.waiting.push(...row);
    if (this.waiting.length < this.width * ROWS_PER_STATEMENT) return;
    this.many.run(...this.waiting);
    this.waiting = [];
  }

  flush(): void {
    if (this.waiting.length > 0) this.db.prepare(this.sql(this.waiting.length / this.width)).run(...this.waiting);
    this.waiting = [];
  }
}

if (import.meta.main) {
  const clicks = Number(process.argv[2] ?? SEED_DEFAULTS.clicks);
  const directory = process.argv[3] ?? mkdtempSync(join(tmpdir(), 'waymark-clicks-'));
  const start = performance.now();
  const file = seedClicks(directory, { ...SEED_DEFAULTS, clicks });
  console.log(`${clicks} clicks in ${((performance.now() - start) / 1000).toFixed(1)} s: ${file}`);
}
