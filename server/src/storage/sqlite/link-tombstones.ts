import type { WriteContext } from './context.ts';
import type { CounterBatch } from './counter-batch.ts';
import { DELETED_EVENT, type EventLog } from './event-log.ts';

/** What deleting a link has to know of it. */
export interface BuriedLink {
  id: number;
  domain_id: number;
  code: string;
  url: string;
  owner_id: number | null;
}

/** Hides links and shows them again. Counters move by the link's own totals; its events are never read. */
export class LinkTombstones {
  constructor(
    private readonly ctx: WriteContext,
    private readonly log: EventLog,
  ) {}

  /** `userId`: whose act the `deleted` event is. */
  async bury(link: BuriedLink, userId: number | null, counters: CounterBatch): Promise<void> {
    await this.countEvents(link, -1, counters);
    counters.addLinks(link.owner_id, -1);
    await this.ctx.db
      .updateTable('links')
      .set((eb) => ({ deleted_at: this.ctx.now(), version: eb('version', '+', 1) }))
      .where('id', '=', link.id)
      .execute();
    const details = { short_code: link.code, original_url: link.url };
    await this.log.append({ linkId: link.id, userId, type: DELETED_EVENT, details }, counters);
    this.ctx.linkChanged(link.domain_id, link.code);
  }

  async raise(link: Omit<BuriedLink, 'url'>, counters: CounterBatch): Promise<void> {
    await this.countEvents(link, 1, counters);
    counters.addLinks(link.owner_id, 1);
    await this.ctx.db.updateTable('links').set({ deleted_at: null }).where('id', '=', link.id).execute();
    this.ctx.linkChanged(link.domain_id, link.code);
  }

  private async countEvents(link: { id: number; owner_id: number | null }, sign: 1 | -1, counters: CounterBatch) {
    const counts = await this.ctx.db
      .selectFrom('event_counts')
      .select(['user_id', 'type', 'n'])
      .where('link_id', '=', link.id)
      .where('type', '!=', DELETED_EVENT)
      .execute();
    for (const { user_id, type, n } of counts) counters.addEvents(type, user_id || null, n * sign);
    const stats = await this.ctx.db
      .selectFrom('link_stats')
      .select('click_rows')
      .where('link_id', '=', link.id)
      .executeTakeFirst();
    if (stats?.click_rows) counters.addEvents('click', link.owner_id, stats.click_rows * sign);
  }
}
