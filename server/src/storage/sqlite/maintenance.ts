import { LIMITS } from '@waymark/contract';
import type { ClickMaintenance } from '../../clicks/maintenance.ts';
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import type { WriteContext } from './context.ts';
import type { DayTier } from './day-tier.ts';

export interface MaintenanceOptions {
  /** Days that rows of clicks are kept; 0 keeps them for ever. */
  retentionDays: number;
  /** Milliseconds after which a slice stops; the statement that runs then is finished. */
  sliceMs?: number;
  /** Rows of each hour that one merge takes at most. */
  mergeRowsOfHour?: number;
}

const SLICE_MS = 8;
/** Rows of one statement: about a millisecond's work. */
const ROWS_AT_ONCE = 200;
const MERGE_ROWS_OF_HOUR = 60;
/** A day is merged this long after its end, when few late clicks are to be expected. */
const MERGE_AFTER_MS = 6 * HOUR_MS;
/** Visitors of a day are told apart this long after its end, for late clicks. */
const VISITORS_KEEP_MS = 48 * HOUR_MS;
const BATCHES_KEEP_MS = 7 * DAY_MS;

interface Key {
  linkId: number;
  valueId: number;
}

/** Housekeeping of the writer thread. The write queue has a transaction open around every call. */
export class SqliteMaintenance implements ClickMaintenance {
  private readonly sliceMs: number;

  /** `dayTier` is the one that ingest asks. */
  constructor(
    private readonly ctx: WriteContext,
    private readonly dayTier: DayTier,
    private readonly options: MaintenanceOptions,
  ) {
    this.sliceMs = options.sliceMs ?? SLICE_MS;
  }

  async compactDay(): Promise<boolean> {
    return this.slice(() => this.mergeSome());
  }

  async dropOldVisitors(): Promise<boolean> {
    // Days that ended over 48 hours ago.
    const before = Math.floor((this.ctx.now() - VISITORS_KEEP_MS) / DAY_MS);
    this.ctx.sqlite.query<null, [number]>('DELETE FROM visitor_salts WHERE day < ?').run(before);
    this.ctx.sqlite.query<null, [number]>('DELETE FROM visitors_recent WHERE day < ?').run(before);
    const remove = this.ctx.sqlite.query<null, [number, number]>(
      `DELETE FROM visitors_seen WHERE (day, link_id, visitor) IN
         (SELECT day, link_id, visitor FROM visitors_seen WHERE day < ? ORDER BY day, link_id, visitor LIMIT ?)`,
    );
    return this.slice(() => remove.run(before, ROWS_AT_ONCE).changes === ROWS_AT_ONCE);
  }

  async retainClicks(): Promise<boolean> {
    if (this.options.retentionDays <= 0) return false;
    const before = Math.floor((this.ctx.now() - this.options.retentionDays * DAY_MS) / HOUR_MS);
    return this.slice(() => this.removeClicks(before));
  }

  async forgetBatches(): Promise<boolean> {
    const remove = this.ctx.sqlite.query<null, [number, number]>(
      `DELETE FROM ingest_batches WHERE (edge_id, first_seq) IN
         (SELECT b.edge_id, b.first_seq FROM ingest_batches b JOIN ingest_edges e ON e.edge_id = b.edge_id
          WHERE b.committed_at < ? AND b.last_seq <= e.watermark ORDER BY b.committed_at LIMIT ?)`,
    );
    const before = this.ctx.now() - BATCHES_KEEP_MS;
    return this.slice(() => remove.run(before, ROWS_AT_ONCE).changes === ROWS_AT_ONCE);
  }

  async forgetIdempotency(): Promise<boolean> {
    const remove = this.ctx.sqlite.query<null, [number, number]>(
      `DELETE FROM idempotency WHERE (principal, route, key) IN
         (SELECT principal, route, key FROM idempotency WHERE created_at <= ? ORDER BY created_at LIMIT ?)`,
    );
    const before = this.ctx.now() - LIMITS.idempotencyKeepHours * HOUR_MS;
    return this.slice(() => remove.run(before, ROWS_AT_ONCE).changes === ROWS_AT_ONCE);
  }

  /** Repeats `step` until it has no more to do (false) or the slice is over (true). */
  private slice(step: () => boolean): boolean {
    const end = performance.now() + this.sliceMs;
    while (step()) if (performance.now() >= end) return true;
    return false;
  }

  private mergeSome(): boolean {
    const { before, cursor } = this.dayTier.read();
    if ((before + 1) * DAY_MS + MERGE_AFTER_MS > this.ctx.now()) return false;
    if (cursor === null) {
      // Days without any row are complete as they are.
      const today = Math.floor(this.ctx.now() / DAY_MS);
      const next = this.ctx.sqlite
        .query<{ hour: number | null }, [number]>('SELECT min(hour) AS hour FROM rollup_hour WHERE hour >= ?')
        .get(before * 24)?.hour;
      const day = Math.min(next == null ? today : Math.floor(next / 24), today);
      if (day > before) {
        const last = Math.floor((this.ctx.now() - MERGE_AFTER_MS) / DAY_MS);
        this.dayTier.write({ before: Math.min(day, last), cursor: null });
        return true;
      }
    }
    const from: Key = cursor ?? { linkId: -1, valueId: 0 };
    const to = this.mergeEnd(before, from);
    this.merge(before, from, to);
    this.dayTier.write(to ? { before, cursor: to } : { before: before + 1, cursor: null });
    return true;
  }

  /** How far a merge from `after` goes without any hour giving too many rows; null where it reaches the end of the day. */
  private mergeEnd(day: number, after: Key): Key | null {
    const find = this.ctx.sqlite.query<{ link_id: number; value_id: number }, number[]>(
      `SELECT link_id, value_id FROM rollup_hour WHERE hour = ? AND (link_id, value_id) > (?, ?)
       ORDER BY link_id, value_id LIMIT 1 OFFSET ?`,
    );
    let end: Key | null = null;
    for (let hour = day * 24; hour < day * 24 + 24; hour++) {
      const row = find.get(hour, after.linkId, after.valueId, this.options.mergeRowsOfHour ?? MERGE_ROWS_OF_HOUR);
      if (!row) continue;
      if (!end || row.link_id < end.linkId || (row.link_id === end.linkId && row.value_id < end.valueId)) {
        end = { linkId: row.link_id, valueId: row.value_id };
      }
    }
    return end;
  }

  private merge(day: number, after: Key, end: Key | null): void {
    this.ctx.sqlite
      .query<null, number[]>(
        `WITH RECURSIVE hours (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM hours WHERE n < ?1 + 23)
         INSERT INTO rollup_day (day, link_id, value_id, clicks, visitors, human_clicks, human_visitors)
         SELECT ?2, r.link_id, r.value_id, sum(r.clicks), sum(r.visitors), sum(r.human_clicks), sum(r.human_visitors)
         FROM hours CROSS JOIN rollup_hour r
           ON r.hour = hours.n AND (r.link_id, r.value_id) > (?3, ?4) AND (r.link_id, r.value_id) <= (?5, ?6)
         WHERE true GROUP BY r.link_id, r.value_id
         ON CONFLICT (day, link_id, value_id) DO UPDATE SET clicks = excluded.clicks, visitors = excluded.visitors,
           human_clicks = excluded.human_clicks, human_visitors = excluded.human_visitors`,
      )
      .run(day * 24, day, after.linkId, after.valueId, end?.linkId ?? Number.MAX_SAFE_INTEGER, end?.valueId ?? 0);
  }

  /** Looks at the next ids of the oldest hour before `before` and removes its clicks among them. */
  private removeClicks(before: number): boolean {
    const { sqlite } = this.ctx;
    const oldest = sqlite
      .query<{ hour: number; min_id: number; max_id: number }, [number]>(
        'SELECT hour, min_id, max_id FROM click_hours WHERE hour < ? ORDER BY hour LIMIT 1',
      )
      .get(before);
    if (!oldest) return false;
    const last = Math.min(oldest.min_id + ROWS_AT_ONCE - 1, oldest.max_id);
    const window: Window = [oldest.min_id, last, oldest.hour * HOUR_MS, (oldest.hour + 1) * HOUR_MS];
    this.uncount(window);
    sqlite.query<null, Window>('DELETE FROM clicks WHERE id BETWEEN ? AND ? AND at >= ? AND at < ?').run(...window);
    if (last < oldest.max_id) {
      sqlite
        .query<null, [number, number]>('UPDATE click_hours SET min_id = ? WHERE hour = ?')
        .run(last + 1, oldest.hour);
    } else {
      sqlite.query<null, [number]>('DELETE FROM click_hours WHERE hour = ?').run(oldest.hour);
    }
    return true;
  }

  /** Takes rows that are about to go from what counts rows. Clicks of deleted links have left the lists' counters before. */
  private uncount(window: Window): void {
    const { sqlite } = this.ctx;
    const groups = sqlite
      .query<{ link_id: number; user_id: number | null; live: number; n: number }, Window>(
        `SELECT c.link_id, c.user_id, l.id IS NOT NULL AND l.deleted_at IS NULL AS live, count(*) AS n
         FROM clicks c LEFT JOIN links l ON l.id = c.link_id
         WHERE c.id BETWEEN ? AND ? AND c.at >= ? AND c.at < ? GROUP BY c.link_id, c.user_id`,
      )
      .all(...window);
    const uncountLink = sqlite.query<null, [number, number]>(
      'UPDATE link_stats SET click_rows = click_rows - ? WHERE link_id = ?',
    );
    const uncountEvents = sqlite.query<null, [number, string, string]>(
      'UPDATE counters SET n = n - ? WHERE kind = ? AND key = ?',
    );
    let shown = 0;
    for (const { link_id, user_id, live, n } of groups) {
      uncountLink.run(n, link_id);
      if (!live) continue;
      shown += n;
      if (user_id !== null) uncountEvents.run(n, 'events_by_user', String(user_id));
    }
    if (shown === 0) return;
    uncountEvents.run(shown, 'events', '');
    uncountEvents.run(shown, 'events_by_type', 'click');
  }
}

type Window = [minId: number, maxId: number, from: number, to: number];
