import { sql } from 'kysely';
import type { WriteContext } from './context.ts';
import type { CounterBatch } from './counter-batch.ts';
import { DELETED_EVENT, type EventLog } from './event-log.ts';
import { holdLinks } from './held-rows.ts';
import { isOneOf } from './ids.ts';

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
    const { db } = this.ctx;
    const found = await db
      .selectFrom('events')
      .select(['id', 'link_id'])
      .where('user_id', '=', userId)
      .orderBy('id')
      .limit(ROWS_AT_ONCE)
      .execute();
    if (found.length === 0) return false;
    const live = await holdLinks(db, [...new Set(found.map(({ link_id }) => link_id))]);
    const freed = await db
      .updateTable('events')
      .set({ user_id: null })
      .where(
        isOneOf(
          'id',
          found.map(({ id }) => id),
        ),
      )
      .where('user_id', '=', userId)
      .returning(['link_id', 'type'])
      .execute();
    const moves = freed.map(({ link_id, type }) => ({
      linkId: link_id,
      type,
      from: userId,
      to: null,
      n: 1,
      visible: live.has(link_id) || type === DELETED_EVENT,
    }));
    await this.log.moveCounts(moves, counters);
    return found.length === ROWS_AT_ONCE;
  }

  /** No counter moves: a recorded click counts for its link's owner, and the user's links have lost theirs before. */
  private async freeClicks(userId: number): Promise<boolean> {
    const { numAffectedRows = 0n } = await sql`
      UPDATE clicks SET user_id = NULL
      FROM (SELECT id, at FROM clicks WHERE user_id = ${userId} ORDER BY id LIMIT ${ROWS_AT_ONCE}) AS freed
      WHERE clicks.id = freed.id AND clicks.at = freed.at`.execute(this.ctx.db);
    return Number(numAffectedRows) === ROWS_AT_ONCE;
  }
}
