import type { ActivityEvent, EventCommands } from '../../clicks/event.ts';
import { AppError } from '../../platform/app-error.ts';
import { toEvent } from '../to-domain.ts';
import { ClickRemoval } from './click-removal.ts';
import type { WriteContext } from './context.ts';
import { CounterBatch } from './counter-batch.ts';
import { DELETED_EVENT, EventLog } from './event-log.ts';

/** Changes of the activity log on the one writing connection. */
export class SqliteEventCommands implements EventCommands {
  private readonly log: EventLog;
  private readonly clicks: ClickRemoval;

  constructor(private readonly ctx: WriteContext) {
    this.log = new EventLog(ctx);
    this.clicks = new ClickRemoval(ctx);
  }

  async post(event: {
    type: string;
    linkId: number;
    userId: number | null;
    details: Record<string, unknown>;
  }): Promise<ActivityEvent> {
    if (!(await this.isLive(event.linkId))) {
      throw new AppError('not_found', 'URL not found', { details: [{ field: 'url_id', message: 'is no URL' }] });
    }
    if (event.userId !== null && !(await this.isUser(event.userId))) {
      throw new AppError('not_found', 'User not found', { details: [{ field: 'user_id', message: 'is no user' }] });
    }
    const counters = new CounterBatch(this.ctx.sqlite);
    const row = await this.log.append(event, counters);
    counters.flush();
    return toEvent(row);
  }

  async delete(id: number): Promise<void> {
    const counters = new CounterBatch(this.ctx.sqlite);
    if (!(await this.deleteEvent(id, counters)) && !(await this.deleteClick(id, counters))) {
      throw new AppError('not_found', 'Event not found');
    }
    counters.flush();
  }

  private async deleteEvent(id: number, counters: CounterBatch): Promise<boolean> {
    const row = await this.ctx.db
      .selectFrom('events')
      .select(['id', 'link_id', 'user_id', 'type'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row || (row.type !== DELETED_EVENT && !(await this.isLive(row.link_id)))) return false;
    this.log.delete(row, true, counters);
    return true;
  }

  private async deleteClick(id: number, counters: CounterBatch): Promise<boolean> {
    const click = await this.ctx.db.selectFrom('clicks').selectAll().where('id', '=', id).executeTakeFirst();
    if (!click || !(await this.isLive(click.link_id))) return false;
    await this.clicks.remove(click, counters);
    return true;
  }

  private async isLive(linkId: number): Promise<boolean> {
    const link = await this.ctx.db
      .selectFrom('links')
      .select('id')
      .where('id', '=', linkId)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    return link !== undefined;
  }

  private async isUser(userId: number): Promise<boolean> {
    return (
      (await this.ctx.db.selectFrom('users').select('id').where('id', '=', userId).executeTakeFirst()) !== undefined
    );
  }
}
