import type { ActivityEvent, EventCommands } from '../../clicks/event.ts';
import { AppError } from '../../platform/app-error.ts';
import { toEvent } from '../to-domain.ts';
import type { WriteContext } from './context.ts';
import { CounterBatch } from './counter-batch.ts';
import { DELETED_EVENT, EventLog } from './event-log.ts';
import { holdLinks, holdUsers } from './held-rows.ts';

/** Takes a recorded click of a live link out of everything that counts it. */
export interface ClickRemoval {
  /** Returns whether there was one. */
  remove(id: number): Promise<boolean>;
}

/** Changes of the activity log within one transaction. */
export class PostgresEventCommands implements EventCommands {
  private readonly log: EventLog;

  constructor(
    private readonly ctx: WriteContext,
    private readonly clicks: ClickRemoval,
  ) {
    this.log = new EventLog(ctx);
  }

  async post(event: {
    type: string;
    linkId: number;
    userId: number | null;
    details: Record<string, unknown>;
  }): Promise<ActivityEvent> {
    const { db } = this.ctx;
    const { linkId, userId } = event;
    const users = await holdUsers(db, userId === null ? [] : [userId]);
    const links = await holdLinks(db, [linkId]);
    if (!links.has(linkId)) throw notFound('URL', { field: 'url_id', message: 'is no URL' });
    if (userId !== null && !users.has(userId)) throw notFound('User', { field: 'user_id', message: 'is no user' });
    const counters = new CounterBatch(db);
    const [row] = await this.log.append([event], counters);
    if (!row) throw new Error('the event was not written');
    await counters.flush();
    return toEvent(row);
  }

  async delete(id: number): Promise<void> {
    if (!(await this.deleteEvent(id)) && !(await this.clicks.remove(id))) throw notFound('Event');
  }

  private async deleteEvent(id: number): Promise<boolean> {
    const { db } = this.ctx;
    const row = (lock: boolean) => {
      const event = db.selectFrom('events').select(['id', 'link_id', 'user_id', 'type']).where('id', '=', id);
      return (lock ? event.forUpdate() : event).executeTakeFirst();
    };
    // The link before the event: so does whoever removes what a link left.
    const found = await row(false);
    if (!found) return false;
    const live = await holdLinks(db, [found.link_id]);
    if (found.type !== DELETED_EVENT && !live.has(found.link_id)) return false;
    const event = await row(true);
    if (!event) return false;
    const counters = new CounterBatch(db);
    await this.log.delete([{ ...event, visible: true }], counters);
    await counters.flush();
    return true;
  }
}

function notFound(what: 'URL' | 'User' | 'Event', detail?: { field: string; message: string }): AppError {
  return new AppError('not_found', `${what} not found`, detail ? { details: [detail] } : {});
}
