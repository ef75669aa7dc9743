import { sql } from 'kysely';
import type { WriteContext } from './context.ts';
import type { CounterBatch } from './counter-batch.ts';
import { DELETED_EVENT, type EventLog } from './event-log.ts';
import { isOneOf } from './ids.ts';

/** What hiding a link, or showing it again, has to know of it. */
export interface BuriedLink {
  id: number;
  domain_id: number;
  code: string;
  url: string;
  owner_id: number | null;
}

/**
 * Hides links and shows them again. Counters move by the links' own totals; their events are never read.
 * @NOTE The caller has locked the links' rows, so that nothing is counted for them at the same time.
 */
export class LinkTombstones {
  constructor(
    private readonly ctx: WriteContext,
    private readonly log: EventLog,
  ) {}

  /** `actorOf`: whose act the `deleted` event is. */
  async bury(
    links: readonly BuriedLink[],
    actorOf: (link: BuriedLink) => number | null,
    counters: CounterBatch,
  ): Promise<void> {
    if (links.length === 0) return;
    await this.countEvents(links, -1, counters);
    await this.ctx.db
      .updateTable('links')
      .set((eb) => ({ deleted_at: this.ctx.now(), version: eb('version', '+', 1) }))
      .where(
        isOneOf(
          'id',
          links.map(({ id }) => id),
        ),
      )
      .execute();
    const events = links.map((link) => ({
      linkId: link.id,
      userId: actorOf(link),
      type: DELETED_EVENT,
      details: { short_code: link.code, original_url: link.url },
    }));
    await this.log.append(events, counters);
    for (const link of links) {
      counters.addLinks(link.owner_id, -1);
      this.ctx.linkChanged(link.domain_id, link.code);
    }
  }

  async raise(links: readonly Omit<BuriedLink, 'url'>[], counters: CounterBatch): Promise<void> {
    if (links.length === 0) return;
    await this.countEvents(links, 1, counters);
    await this.ctx.db
      .updateTable('links')
      .set({ deleted_at: null })
      .where(
        isOneOf(
          'id',
          links.map(({ id }) => id),
        ),
      )
      .execute();
    for (const link of links) {
      counters.addLinks(link.owner_id, 1);
      this.ctx.linkChanged(link.domain_id, link.code);
    }
  }

  private async countEvents(
    links: readonly { id: number; owner_id: number | null }[],
    sign: 1 | -1,
    counters: CounterBatch,
  ): Promise<void> {
    const { db } = this.ctx;
    const ids = links.map(({ id }) => id);
    const counts = await db
      .selectFrom('event_counts')
      .select(['user_id', 'type', sql<number>`sum(n)`.as('n')])
      .where(isOneOf('link_id', ids))
      .where('type', '!=', DELETED_EVENT)
      .groupBy(['user_id', 'type'])
      .execute();
    const owners = new Map(links.map(({ id, owner_id }) => [id, owner_id]));
    for (const { user_id, type, n } of counts) counters.addEvents(type, user_id || null, n * sign);
    for (const { link_id, click_rows } of await this.heldClickRows(ids)) {
      counters.addEvents('click', owners.get(link_id) ?? null, click_rows * sign);
    }
  }

  /**
   * Rows of recorded clicks of each link.
   * @NOTE Their rows of link_stats are made where they are missing, and locked: ingest, which adds to them, looks afterwards
   * which links are live, and so either is seen here or sees what is done here.
   */
  private async heldClickRows(ids: readonly number[]): Promise<{ link_id: number; click_rows: number }[]> {
    const { db } = this.ctx;
    await sql`
      INSERT INTO link_stats (link_id) SELECT id FROM unnest(${[...ids]}::int[]) AS link (id) ORDER BY id
      ON CONFLICT (link_id) DO NOTHING`.execute(db);
    return db
      .selectFrom('link_stats')
      .select(['link_id', 'click_rows'])
      .where(isOneOf('link_id', ids))
      .orderBy('link_id')
      .forUpdate()
      .execute();
  }
}
