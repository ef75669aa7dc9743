import type { WriteContext } from './context.ts';
import type { CounterBatch } from './counter-batch.ts';

/** The one type of event that stays in sight when its link is deleted. */
export const DELETED_EVENT = 'deleted';

/** A row of `events`; `details` as JSON text. */
export interface EventRow {
  id: number;
  link_id: number;
  user_id: number | null;
  type: string;
  at: number;
  details: string;
}

/**
 * Writes rows of `events` and what counts them. `visible` tells whether lists show the row:
 * its link is live, or its type is DELETED_EVENT.
 */
export class EventLog {
  private readonly insert;
  private readonly count;
  private readonly remove;
  private readonly uncount;
  private readonly uncounted;

  constructor(private readonly ctx: WriteContext) {
    const { sqlite } = ctx;
    this.insert = sqlite.query<null, [number, number, number | null, string, number, string]>(
      'INSERT INTO events (id, link_id, user_id, type, at, details) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.count = sqlite.query<null, [number, number, string, number]>(
      `INSERT INTO event_counts (link_id, user_id, type, n) VALUES (?, ?, ?, ?)
       ON CONFLICT (link_id, user_id, type) DO UPDATE SET n = n + excluded.n`,
    );
    this.remove = sqlite.query<null, [number]>('DELETE FROM events WHERE id = ?');
    this.uncount = sqlite.query<null, [number, number, number, string]>(
      'UPDATE event_counts SET n = n - ? WHERE link_id = ? AND user_id = ? AND type = ?',
    );
    this.uncounted = sqlite.query<null, [number, number, string]>(
      'DELETE FROM event_counts WHERE link_id = ? AND user_id = ? AND type = ? AND n <= 0',
    );
  }

  /** Adds a visible event of now under the next id. */
  async append(
    event: { linkId: number; userId: number | null; type: string; details: Record<string, unknown> },
    counters: CounterBatch,
  ): Promise<EventRow> {
    const row: EventRow = {
      id: await this.ctx.nextEventIds(1),
      link_id: event.linkId,
      user_id: event.userId,
      type: event.type,
      at: this.ctx.now(),
      details: JSON.stringify(event.details),
    };
    this.put(row, true, counters);
    return row;
  }

  put(row: EventRow, visible: boolean, counters: CounterBatch): void {
    this.insert.run(row.id, row.link_id, row.user_id, row.type, row.at, row.details);
    this.count.run(row.link_id, row.user_id ?? 0, row.type, 1);
    if (visible) counters.addEvents(row.type, row.user_id, 1);
  }

  delete(row: Pick<EventRow, 'id' | 'link_id' | 'user_id' | 'type'>, visible: boolean, counters: CounterBatch): void {
    this.remove.run(row.id);
    this.takeCount(row.link_id, row.user_id ?? 0, row.type, 1);
    if (visible) counters.addEvents(row.type, row.user_id, -1);
  }

  /** Hands the counts of `n` events of one link and type from one user to another; null stands for none. */
  moveCounts(
    move: { linkId: number; type: string; from: number | null; to: number | null; n: number },
    visible: boolean,
    counters: CounterBatch,
  ): void {
    this.takeCount(move.linkId, move.from ?? 0, move.type, move.n);
    this.count.run(move.linkId, move.to ?? 0, move.type, move.n);
    if (!visible) return;
    if (move.from !== null) counters.add('events_by_user', move.from, -move.n);
    if (move.to !== null) counters.add('events_by_user', move.to, move.n);
  }

  private takeCount(linkId: number, userId: number, type: string, n: number): void {
    this.uncount.run(n, linkId, userId, type);
    this.uncounted.run(linkId, userId, type);
  }
}
