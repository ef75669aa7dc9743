import { type RawBuilder, sql } from 'kysely';
import { ALL_LINKS, linkValueId } from '../../clicks/rollup-rows.ts';
import { DAY_MS } from '../../platform/clock.ts';
import type { WriteContext } from './context.ts';
import type { CounterBatch } from './counter-batch.ts';
import { DELETED_EVENT, type EventLog } from './event-log.ts';

/** Quarter hours whose rollups go at once: each hour may hold some twenty rows of a link. */
const SLOTS_AT_ONCE = 24;

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
    if (await this.removeRollups(linkId)) return true;
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

  private async removeRollups(linkId: number): Promise<boolean> {
    const { db } = this.ctx;
    const found = await db
      .selectFrom('rollup_15m')
      .select('slot')
      .distinct()
      .where('link_id', '=', linkId)
      .orderBy('slot')
      .limit(SLOTS_AT_ONCE)
      .execute();
    const slots = found.map(({ slot }) => slot);
    const hours = [...new Set(slots.map((slot) => Math.floor(slot / 4)))];
    const days = [...new Set(hours.map((hour) => Math.floor(hour / 24)))];
    // First, since what housekeeping takes from here it puts into the next.
    await this.deleteAll(sql`DELETE FROM rollup_hour_added WHERE hour = any(${hours}::int[]) AND link_id = ${linkId}`);
    for (const [table, time, times] of [
      ['rollup_hour', 'hour', hours],
      ['rollup_day', 'day', days],
    ] as const) {
      const of = sql`DELETE FROM ${sql.table(table)} WHERE ${sql.ref(time)} = any(${times}::int[]) AND`;
      await this.deleteAll(sql`${of} link_id = ${linkId}`);
      await this.deleteAll(sql`${of} link_id = ${ALL_LINKS} AND value_id = ${linkValueId(linkId)}`);
    }
    await this.deleteAll(sql`DELETE FROM rollup_15m WHERE link_id = ${linkId} AND slot = any(${slots}::int[])`);
    return slots.length === SLOTS_AT_ONCE;
  }

  /** @NOTE Housekeeping may have merged the rows into others meanwhile, which only the next look finds. */
  private async deleteAll(statement: RawBuilder<unknown>): Promise<void> {
    let deleted = 1n;
    while (deleted > 0n) deleted = (await statement.execute(this.ctx.db)).numAffectedRows ?? 0n;
  }
}
