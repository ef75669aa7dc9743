import type { Database } from 'bun:sqlite';
import { AppError } from '../../platform/app-error.ts';
import { HOUR_MS } from '../../platform/clock.ts';
import { partFinder } from './analytics-parts.ts';
import type { ColumnFilter, Plan } from './analytics-plan.ts';
import { SLOT_MS } from './analytics-tiers.ts';
import { BlockCounting } from './block-counting.ts';
import { blocksBetween, lastIdOfBlocks } from './click-blocks.ts';
import { inSnapshot } from './read-snapshot.ts';

/** Bounds of one question. Units: rows of `clicks`; milliseconds. */
export interface ScanLimits {
  scanRowsMax: number;
  deadlineMs: number;
}

/** Rows that one statement looks at: about 10 ms, after which others of the thread have their turn. */
const ROWS_PER_STATEMENT = 65_536;
/** A link with a smaller share of the rows than this is read through its index, row by row. */
const INDEX_SHARE_MAX = 0.2;
/** The same where the rows are in blocks: a click costs far less there. */
const INDEX_SHARE_MAX_OF_BLOCKS = 0.01;
/** Blocks that one portion looks at, some 100,000 clicks. */
const BLOCKS_PER_PORTION = 32;

/** Time left for a question, whatever it is made of. */
export class Deadline {
  private readonly end: number;

  constructor(ms: number) {
    this.end = performance.now() + ms;
  }

  /** Errors: `query_timeout` when time is up. */
  check(): void {
    if (performance.now() >= this.end) throw tooLong('took too long');
  }

  get isOver(): boolean {
    return performance.now() >= this.end;
  }
}

export interface RowSpan {
  minId: number;
  maxId: number;
}

/** Ids that clicks of a time range can have; null where there are none. */
export function idsBetween(sqlite: Database, from: number, to: number): RowSpan | null {
  const row = sqlite
    .query<{ min_id: number | null; max_id: number | null }, [number, number]>(
      'SELECT min(min_id) AS min_id, max(max_id) AS max_id FROM click_hours WHERE hour BETWEEN ? AND ?',
    )
    .get(Math.floor(from / HOUR_MS), Math.ceil(to / HOUR_MS) - 1);
  if (row?.min_id == null || row.max_id == null) return null;
  return { minId: row.min_id, maxId: row.max_id };
}

/**
 * From when on every click of a time range has its row, as far as the database can tell.
 * Source: retention removes whole hours, oldest first, from `clicks` and `click_hours`.
 */
export function rowsSince(sqlite: Database, linkId: number, from: number, to: number): number {
  const oldest = sqlite.query<{ hour: number | null }, []>('SELECT min(hour) AS hour FROM click_hours').get()?.hour;
  const since = oldest == null ? to : oldest * HOUR_MS;
  if (since <= from) return from;
  const lost = sqlite
    .query<{ slot: number }, [number, number, number]>(
      'SELECT slot FROM rollup_15m WHERE link_id = ? AND slot >= ? AND slot < ? LIMIT 1',
    )
    .get(linkId, Math.floor(from / (HOUR_MS / 4)), Math.floor(Math.min(since, to) / (HOUR_MS / 4)));
  return lost ? Math.min(since, to) : from;
}

/** The condition by which a plan's clicks are found among rows, after `id BETWEEN ? AND ?`, with its numbers. */
export function conditionOf(
  plan: Plan,
  from: number,
  to: number,
  useLinkIndex: boolean,
): { sql: string; values: number[] } {
  const parts = ['at >= ?', 'at < ?'];
  const values = [from, to];
  for (const { column, ids } of plan.filters) {
    parts.push(ids.length === 1 ? `${column} = ?` : `${column} IN (${ids.map(() => '?').join(', ')})`);
    values.push(...ids);
  }
  if (plan.linkId !== null) {
    // The plus keeps the index out of it: reading all rows in order is faster than finding many one by one.
    parts.push(useLinkIndex ? 'link_id = ?' : '+link_id = ?');
    values.push(plan.linkId);
  }
  return { sql: parts.join(' AND '), values };
}

/** What clicks are told apart by: parts of the range, or the number in a column. Part n is from `borders[n]` to the next. */
export type Grouping =
  | { by: 'time'; borders: readonly number[] }
  | { by: 'value'; column: ColumnFilter['column']; visitorBit: number };

/**
 * Counts the clicks of a plan in portions and hands over what each portion yields; a part or value may come many times.
 * Blocks of columns are read as far as they go, rows beyond.
 * Errors: `query_timeout` where rows or time run out.
 */
export async function countClicks(
  sqlite: Database,
  plan: Plan,
  range: { from: number; to: number },
  grouping: Grouping,
  limits: ScanLimits,
  add: (partOrId: number, clicks: number, visitors: number) => void,
): Promise<void> {
  const deadline = new Deadline(limits.deadlineMs);
  const span = idsBetween(sqlite, range.from, range.to);
  if (!span) return;
  const ids = span.maxId - span.minId + 1;
  const ofLink = plan.linkId === null ? ids : clicksOfLink(sqlite, plan.linkId, range.from, range.to);
  const isInBlocks = lastIdOfBlocks(sqlite) - span.minId > ids / 2;
  const useLinkIndex = ofLink < ids * (isInBlocks ? INDEX_SHARE_MAX_OF_BLOCKS : INDEX_SHARE_MAX);
  const rows = useLinkIndex ? ofLink : ids;
  if (rows > limits.scanRowsMax) throw tooLong(`would read ${rows} clicks`);

  const byBlocks = new BlockPortion(sqlite, plan, range, grouping, add);
  const byRows = new RowPortion(sqlite, plan, range, grouping, useLinkIndex, add);
  const step = Math.ceil(ROWS_PER_STATEMENT * Math.max(1, ids / Math.max(rows, 1)));
  try {
    for (let id = span.minId; id <= span.maxId; ) {
      deadline.check();
      const blocksEnd = useLinkIndex ? null : byBlocks.count(id, span.maxId);
      const last = blocksEnd ?? Math.min(id + step - 1, span.maxId);
      if (blocksEnd === null) byRows.count(id, last);
      id = last + 1;
      await new Promise<void>((resume) => setImmediate(resume));
    }
  } finally {
    byRows.close();
  }
}

class BlockPortion {
  private readonly counting: BlockCounting;
  private readonly partOf: (at: number) => number;

  constructor(
    private readonly sqlite: Database,
    plan: Plan,
    private readonly range: { from: number; to: number },
    private readonly grouping: Grouping,
    private readonly add: (partOrId: number, clicks: number, visitors: number) => void,
  ) {
    this.counting = new BlockCounting(plan, grouping.by === 'value' ? grouping.visitorBit : plan.visitorBit);
    this.partOf = partFinder(grouping.by === 'time' ? grouping.borders : []);
  }

  /** Counts some blocks from this id on; returns the last id they have, or null where no block has it or a later one. */
  count(id: number, maxId: number): number | null {
    const { range, grouping, add } = this;
    return inSnapshot(this.sqlite, () => {
      const blocks = blocksBetween(this.sqlite, id, maxId, BLOCKS_PER_PORTION);
      for (const block of blocks) {
        if (grouping.by === 'time') this.counting.addByTime(block, range, this.partOf, add);
        else this.counting.addByValue(block, range, grouping.column, add);
      }
      return blocks.at(-1)?.info.lastId ?? null;
    });
  }
}

class RowPortion {
  private readonly statement;
  private readonly values: readonly number[];
  private readonly partOf: (at: number) => number;

  constructor(
    sqlite: Database,
    plan: Plan,
    private readonly range: { from: number; to: number },
    private readonly grouping: Grouping,
    useLinkIndex: boolean,
    private readonly add: (partOrId: number, clicks: number, visitors: number) => void,
  ) {
    const condition = conditionOf(plan, range.from, range.to, useLinkIndex);
    const bit = grouping.by === 'value' ? grouping.visitorBit : plan.visitorBit;
    // All zones' clocks have stood on quarter hours from UTC for as long as there are short links.
    const key = grouping.by === 'value' ? grouping.column : grouping.borders.length > 2 ? `at / ${SLOT_MS}` : null;
    this.partOf = partFinder(grouping.by === 'time' ? grouping.borders : []);
    this.values = condition.values;
    this.statement = sqlite.prepare<unknown, number[]>(
      `SELECT ${key ?? 0}, count(*), ifnull(sum((first_seen & ${bit}) <> 0), 0) FROM clicks
       WHERE id BETWEEN ? AND ? AND ${condition.sql}${key === null ? '' : ' GROUP BY 1'}`,
    );
  }

  count(minId: number, maxId: number): void {
    for (const row of this.statement.values(minId, maxId, ...this.values)) {
      const [key = 0, clicks = 0, visitors = 0] = row as number[];
      this.add(
        this.grouping.by === 'value' ? key : this.partOf(Math.max(key * SLOT_MS, this.range.from)),
        clicks,
        visitors,
      );
    }
  }

  close(): void {
    this.statement.finalize();
  }
}

function clicksOfLink(sqlite: Database, linkId: number, from: number, to: number): number {
  const row = sqlite
    .query<{ n: number | null }, [number, number, number]>(
      'SELECT sum(clicks) AS n FROM rollup_15m WHERE link_id = ? AND slot BETWEEN ? AND ?',
    )
    .get(linkId, Math.floor(from / (HOUR_MS / 4)), Math.floor(to / (HOUR_MS / 4)));
  return row?.n ?? 0;
}

function tooLong(why: string): AppError {
  return new AppError('query_timeout', `The question ${why}: ask for a shorter range or fewer filters`, {
    retryAfterSeconds: 10,
  });
}
