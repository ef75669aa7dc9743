import { sql } from 'kysely';
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

/** An event to be written. */
export interface NewEvent {
  linkId: number;
  userId: number | null;
  type: string;
  details: Record<string, unknown>;
}

/** Counts of `n` events of one link and type that go from one user to another; null stands for none. */
export interface CountMove {
  linkId: number;
  type: string;
  from: number | null;
  to: number | null;
  n: number;
  /** Whether lists show the events: their link is live, or their type is DELETED_EVENT. */
  visible: boolean;
}

/** Writes rows of `events` and what counts them, any number with as many statements as one. */
export class EventLog {
  constructor(private readonly ctx: WriteContext) {}

  /** Takes `n` neighbouring ids; returns the first. */
  async nextIds(n: number): Promise<number> {
    const { rows } = await sql<{ first: number }>`SELECT take_event_ids(${n}) AS first`.execute(this.ctx.db);
    return rows[0]?.first ?? 0;
  }

  /** Adds visible events of now under the next ids, in their order. */
  async append(events: readonly NewEvent[], counters: CounterBatch): Promise<EventRow[]> {
    if (events.length === 0) return [];
    const first = await this.nextIds(events.length);
    const at = this.ctx.now();
    const rows = events.map((event, index) => ({
      id: first + index,
      link_id: event.linkId,
      user_id: event.userId,
      type: event.type,
      at,
      details: JSON.stringify(event.details),
    }));
    await this.put(rows, counters);
    return rows;
  }

  /** Adds visible events under the ids they bring. Returns the ids that went in: a taken one does not. */
  async put(rows: readonly EventRow[], counters: CounterBatch): Promise<Set<number>> {
    if (rows.length === 0) return new Set();
    const put = await sql<{ id: number }>`
      WITH put AS (
        INSERT INTO events (id, link_id, user_id, type, at, details)
        SELECT * FROM unnest(${rows.map(({ id }) => id)}::bigint[], ${rows.map(({ link_id }) => link_id)}::int[],
          ${rows.map(({ user_id }) => user_id)}::int[], ${rows.map(({ type }) => type)}::text[],
          ${rows.map(({ at }) => at)}::bigint[], ${rows.map(({ details }) => details)}::text[])
        ON CONFLICT (id) DO NOTHING RETURNING id, link_id, user_id, type
      ), counted AS (
        INSERT INTO event_counts (link_id, user_id, type, n)
        SELECT link_id, coalesce(user_id, 0), type, count(*) FROM put GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (link_id, user_id, type) DO UPDATE SET n = event_counts.n + excluded.n
      )
      SELECT id FROM put`.execute(this.ctx.db);
    const ids = new Set(put.rows.map(({ id }) => id));
    for (const row of rows) if (ids.has(row.id)) counters.addEvents(row.type, row.user_id, 1);
    return ids;
  }

  /** @NOTE The caller holds the rows, so that nobody else deletes them at the same time. */
  async delete(
    rows: readonly (Pick<EventRow, 'id' | 'link_id' | 'user_id' | 'type'> & { visible: boolean })[],
    counters: CounterBatch,
  ): Promise<void> {
    if (rows.length === 0) return;
    await sql`DELETE FROM events WHERE id = any(${rows.map(({ id }) => id)}::bigint[])`.execute(this.ctx.db);
    await this.addCounts(rows.map((row) => ({ linkId: row.link_id, userId: row.user_id, type: row.type, n: -1 })));
    for (const row of rows) if (row.visible) counters.addEvents(row.type, row.user_id, -1);
  }

  async moveCounts(moves: readonly CountMove[], counters: CounterBatch): Promise<void> {
    await this.addCounts(
      moves.flatMap(({ linkId, type, from, to, n }) => [
        { linkId, userId: from, type, n: -n },
        { linkId, userId: to, type, n },
      ]),
    );
    for (const { from, to, n, visible } of moves) {
      if (visible && from !== null) counters.add('events_by_user', from, -n);
      if (visible && to !== null) counters.add('events_by_user', to, n);
    }
  }

  /** A count that reaches zero goes. */
  private async addCounts(
    changes: readonly { linkId: number; userId: number | null; type: string; n: number }[],
  ): Promise<void> {
    if (changes.length === 0) return;
    await sql`
      INSERT INTO event_counts (link_id, user_id, type, n)
      SELECT link_id, user_id, type, sum(n)
      FROM unnest(${changes.map(({ linkId }) => linkId)}::int[], ${changes.map(({ userId }) => userId ?? 0)}::int[],
        ${changes.map(({ type }) => type)}::text[], ${changes.map(({ n }) => n)}::bigint[]) AS change (link_id, user_id, type, n)
      GROUP BY 1, 2, 3 ORDER BY 1, 2, type COLLATE "C"
      ON CONFLICT (link_id, user_id, type) DO UPDATE SET n = event_counts.n + excluded.n`.execute(this.ctx.db);
    await sql`
      DELETE FROM event_counts WHERE n <= 0 AND link_id = any(${[...new Set(changes.map(({ linkId }) => linkId))]}::int[])`.execute(
      this.ctx.db,
    );
  }
}
