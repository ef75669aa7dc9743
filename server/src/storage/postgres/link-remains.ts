import { sql } from 'kysely';
import { ALL_LINKS, linkValueId } from '../../clicks/rollup-rows.ts';
import { DAY_MS } from '../../platform/clock.ts';
import type { WriteContext } from './context.ts';
import type { CounterBatch } from './counter-batch.ts';
import { DELETED_EVENT, type EventLog } from './event-log.ts';

const ROLLUPS = ['rollup_15m', 'rollup_hour', 'rollup_day'] as const;
type Rollup = (typeof ROLLUPS)[number];

/**
 * Removes what is left of a link that is not live: events, clicks, totals, rollups. Counts of all links together stay.
 * @NOTE The caller holds the link's row where there is one, so that it does not come back meanwhile.
 */
export class LinkRemains {
  constructor(
    private readonly ctx: WriteContext,
    private readonly log: EventLog,
  ) {}

  /**
   * Removes about `rowsMax` rows of the link's, its own row not included. Returns whether more is left.
   * Its `deleted` events stay in sight when `keepDeletedEvents`.
   */
  async remove(linkId: number, rowsMax: number, keepDeletedEvents: boolean, counters: CounterBatch): Promise<boolean> {
    if (await this.removeClicks(linkId, rowsMax)) return true;
    if (await this.removeEvents(linkId, rowsMax, keepDeletedEvents, counters)) return true;
    if (await this.removeRollups(linkId, rowsMax)) return true;
    const { db } = this.ctx;
    await db.deleteFrom('link_urls').where('link_id', '=', linkId).execute();
    await db.deleteFrom('link_stats').where('link_id', '=', linkId).execute();
    let counts = db.deleteFrom('event_counts').where('link_id', '=', linkId);
    if (keepDeletedEvents) counts = counts.where('type', '!=', DELETED_EVENT);
    await counts.execute();
    const today = Math.floor(this.ctx.now() / DAY_MS);
    const days = Array.from({ length: 5 }, (_, i) => today - 3 + i);
    await db.deleteFrom('visitors_seen').where('day', 'in', days).where('link_id', '=', linkId).execute();
    return false;
  }

  private async removeClicks(linkId: number, rowsMax: number): Promise<boolean> {
    const { numAffectedRows = 0n } = await sql`
      DELETE FROM clicks USING (SELECT id, at FROM clicks WHERE link_id = ${linkId} LIMIT ${rowsMax}) AS gone
      WHERE clicks.id = gone.id AND clicks.at = gone.at`.execute(this.ctx.db);
    const rows = Number(numAffectedRows);
    if (rows === 0) return false;
    await this.ctx.db
      .updateTable('link_stats')
      .set((eb) => ({ click_rows: eb('click_rows', '-', rows) }))
      .where('link_id', '=', linkId)
      .execute();
    return rows === rowsMax;
  }

  private async removeEvents(linkId: number, rowsMax: number, keepDeletedEvents: boolean, counters: CounterBatch) {
    let query = this.ctx.db
      .selectFrom('events')
      .select(['id', 'link_id', 'user_id', 'type'])
      .where('link_id', '=', linkId)
      .limit(rowsMax)
      .forUpdate();
    if (keepDeletedEvents) query = query.where('type', '!=', DELETED_EVENT);
    const rows = await query.execute();
    await this.log.delete(
      rows.map((row) => ({ ...row, visible: row.type === DELETED_EVENT })),
      counters,
    );
    return rows.length === rowsMax;
  }

  /** @NOTE Housekeeping may be merging these rows: only when none is found are none left. */
  private async removeRollups(linkId: number, rowsMax: number): Promise<boolean> {
    for (const table of ROLLUPS) {
      if (await this.removeFrom(table, rowsMax, linkId, null)) return true;
      if (table === 'rollup_15m') continue;
      if (await this.removeFrom(table, rowsMax, ALL_LINKS, linkValueId(linkId))) return true;
    }
    return false;
  }

  private async removeFrom(table: Rollup, rowsMax: number, linkId: number, valueId: number | null): Promise<boolean> {
    const value = valueId === null ? sql`` : sql`AND value_id = ${valueId}`;
    const { numAffectedRows = 0n } = await sql`
      DELETE FROM ${sql.table(table)} WHERE ctid = any(array(
        SELECT ctid FROM ${sql.table(table)} WHERE link_id = ${linkId} ${value} LIMIT ${rowsMax}))`.execute(
      this.ctx.db,
    );
    return numAffectedRows > 0n;
  }
}
