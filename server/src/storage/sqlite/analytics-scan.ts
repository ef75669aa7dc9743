import type { Database } from 'bun:sqlite';
import { AppError } from '../../platform/app-error.ts';
import { HOUR_MS } from '../../platform/clock.ts';
import type { Plan } from './analytics-plan.ts';

/** Bounds of one question. Units: rows of `clicks`; milliseconds. */
export interface ScanLimits {
  scanRowsMax: number;
  deadlineMs: number;
}

/** Rows that one statement looks at: about 10 ms, after which others of the thread have their turn. */
const ROWS_PER_STATEMENT = 65_536;
/** A link with a smaller share of the rows than this is read through its index, row by row. */
const INDEX_SHARE_MAX = 0.2;

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

/**
 * Reads the clicks of a plan in portions and hands over what each portion yields. `select` is the list of columns or
 * sums; `groupBy` an expression or ''. Groups come once for each portion.
 * Errors: `query_timeout` where rows or time run out.
 */
export async function scanClicks(
  sqlite: Database,
  plan: Plan,
  range: { from: number; to: number },
  query: { select: string; groupBy: string },
  limits: ScanLimits,
  onRow: (row: number[]) => void,
): Promise<void> {
  const deadline = new Deadline(limits.deadlineMs);
  const span = idsBetween(sqlite, range.from, range.to);
  if (!span) return;
  const ids = span.maxId - span.minId + 1;
  const ofLink = plan.linkId === null ? ids : clicksOfLink(sqlite, plan.linkId, range.from, range.to);
  const useLinkIndex = ofLink < ids * INDEX_SHARE_MAX;
  const rows = useLinkIndex ? ofLink : ids;
  if (rows > limits.scanRowsMax) throw tooLong(`would read ${rows} clicks`);

  const condition = conditionOf(plan, range.from, range.to, useLinkIndex);
  const group = query.groupBy === '' ? '' : ` GROUP BY ${query.groupBy}`;
  const statement = sqlite.prepare<unknown, number[]>(
    `SELECT ${query.select} FROM clicks WHERE id BETWEEN ? AND ? AND ${condition.sql}${group}`,
  );
  const step = Math.ceil(ROWS_PER_STATEMENT * Math.max(1, ids / Math.max(rows, 1)));
  try {
    for (let first = span.minId; first <= span.maxId; first += step) {
      deadline.check();
      const last = Math.min(first + step - 1, span.maxId);
      for (const row of statement.values(first, last, ...condition.values)) onRow(row as number[]);
      await new Promise<void>((resume) => setImmediate(resume));
    }
  } finally {
    statement.finalize();
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
