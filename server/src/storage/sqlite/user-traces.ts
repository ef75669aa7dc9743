import type { WriteContext } from './context.ts';
import type { CounterBatch } from './counter-batch.ts';
import { DELETED_EVENT, type EventLog } from './event-log.ts';

/** Rows of each table that one call frees. */
const ROWS_AT_ONCE = 500;

/** Takes the name of a user who is gone from events and clicks, so that no later user of that id inherits them. */
export class UserTraces {
  constructor(
    private readonly ctx: WriteContext,
    private readonly log: EventLog,
  ) {}

  /** Returns whether more is left. */
  async remove(userId: number, counters: CounterBatch): Promise<boolean> {
    return (await this.freeEvents(userId, counters)) || (await this.freeClicks(userId));
  }

  private async freeEvents(userId: number, counters: CounterBatch): Promise<boolean> {
    const rows = await this.ctx.db
      .selectFrom('events')
      .leftJoin('links', (join) => join.onRef('links.id', '=', 'events.link_id').on('links.deleted_at', 'is', null))
      .select(['events.id', 'events.link_id', 'events.type', 'links.id as live'])
      .where('events.user_id', '=', userId)
      .orderBy('events.id')
      .limit(ROWS_AT_ONCE)
      .execute();
    for (const { link_id, type, live } of rows) {
      const visible = live !== null || type === DELETED_EVENT;
      this.log.moveCounts({ linkId: link_id, type, from: userId, to: null, n: 1 }, visible, counters);
    }
    await this.clear('events', userId);
    return rows.length === ROWS_AT_ONCE;
  }

  /** No counter moves: a recorded click counts for its link's owner, and the user's links have lost theirs before. */
  private async freeClicks(userId: number): Promise<boolean> {
    return (await this.clear('clicks', userId)) === ROWS_AT_ONCE;
  }

  private async clear(table: 'events' | 'clicks', userId: number): Promise<number> {
    const cleared = await this.ctx.db
      .updateTable(table)
      .set({ user_id: null })
      .where('id', 'in', (eb) =>
        eb.selectFrom(table).select('id').where('user_id', '=', userId).orderBy('id').limit(ROWS_AT_ONCE),
      )
      .executeTakeFirst();
    return Number(cleared.numUpdatedRows);
  }
}
