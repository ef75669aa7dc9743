import { ALL_LINKS, linkValueId } from '../../clicks/rollup-rows.ts';
import { DAY_MS } from '../../platform/clock.ts';
import type { WriteContext } from './context.ts';
import type { CounterBatch } from './counter-batch.ts';
import { DELETED_EVENT, type EventLog } from './event-log.ts';

/** Quarter hours whose rollups go at once: each hour may hold some twenty rows of a link. */
const SLOTS_AT_ONCE = 24;

/** Removes what is left of a link that is not live: events, clicks, totals, rollups. Counts of all links together stay. */
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
    await db.deleteFrom('rollup_span_values').where('link_id', '=', linkId).execute();
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
    const removed = await this.ctx.db
      .deleteFrom('clicks')
      .where('id', 'in', (eb) => eb.selectFrom('clicks').select('id').where('link_id', '=', linkId).limit(rowsMax))
      .executeTakeFirst();
    const rows = Number(removed.numDeletedRows);
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
      .limit(rowsMax);
    if (keepDeletedEvents) query = query.where('type', '!=', DELETED_EVENT);
    const rows = await query.execute();
    for (const row of rows) this.log.delete(row, row.type === DELETED_EVENT, counters);
    return rows.length === rowsMax;
  }

  private async removeRollups(linkId: number): Promise<boolean> {
    const { db } = this.ctx;
    const slots = await db
      .selectFrom('rollup_15m')
      .select('slot')
      .where('link_id', '=', linkId)
      .limit(SLOTS_AT_ONCE)
      .execute();
    const hours = [...new Set(slots.map(({ slot }) => Math.floor(slot / 4)))];
    const days = [...new Set(hours.map((hour) => Math.floor(hour / 24)))];
    for (const hour of hours) {
      await db.deleteFrom('rollup_hour').where('hour', '=', hour).where('link_id', '=', linkId).execute();
      await db
        .deleteFrom('rollup_hour')
        .where('hour', '=', hour)
        .where('link_id', '=', ALL_LINKS)
        .where('value_id', '=', linkValueId(linkId))
        .execute();
    }
    for (const day of days) {
      await db.deleteFrom('rollup_day').where('day', '=', day).where('link_id', '=', linkId).execute();
      await db
        .deleteFrom('rollup_day')
        .where('day', '=', day)
        .where('link_id', '=', ALL_LINKS)
        .where('value_id', '=', linkValueId(linkId))
        .execute();
    }
    const gone = slots.map(({ slot }) => slot);
    if (gone.length > 0) {
      await db.deleteFrom('rollup_15m').where('link_id', '=', linkId).where('slot', 'in', gone).execute();
    }
    return slots.length === SLOTS_AT_ONCE;
  }
}
