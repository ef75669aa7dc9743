import { sql } from 'kysely';
import { type Outcome, sameSecond, withWarnings } from '../../links/import-outcome.ts';
import type { ImportEventRow } from '../../links/import-rows.ts';
import type { WriteContext } from './context.ts';
import type { CounterBatch } from './counter-batch.ts';
import { DELETED_EVENT, EventLog, type EventRow } from './event-log.ts';
import { holdLinks, holdUsers } from './held-rows.ts';
import { isOneOf } from './ids.ts';
import { inPasses, type Placed } from './import-pass.ts';

/** Newest events of a link among which a row without an id is looked for. */
const MATCH_ROWS_MAX = 10_000;

const EVENT_COLUMNS = ['id', 'link_id', 'user_id', 'type', 'at', 'details'] as const;

type PlacedEvent = Placed<ImportEventRow>;

/** Rows of events.csv of one call into the database. Events that are not there yet go in together. */
export class EventImport {
  private readonly log: EventLog;
  private live = new Set<number>();
  private users = new Set<number>();
  private events = new Map<number, EventRow>();
  private clicks = new Map<number, { linkId: number; at: number }>();
  private waiting: PlacedEvent[] = [];

  constructor(
    private readonly ctx: WriteContext,
    private readonly counters: CounterBatch,
  ) {
    this.log = new EventLog(ctx);
  }

  async put(rows: readonly ImportEventRow[]): Promise<Outcome[]> {
    const highest = Math.max(0, ...rows.map(({ id }) => id ?? 0));
    // Before anything is read or locked: from here on nobody draws an id that the file has.
    if (highest > 0) await sql`SELECT move_event_ids(${highest})`.execute(this.ctx.db);
    return inPasses(rows, async (open) => {
      await this.load(open.map(({ row }) => row));
      for (const placed of open) await this.decide(placed);
      await this.insertWaiting();
    });
  }

  private async load(rows: readonly ImportEventRow[]): Promise<void> {
    const { db } = this.ctx;
    const ids = rows.flatMap(({ id }) => id ?? []);
    this.users = await holdUsers(db, [...new Set(rows.flatMap(({ userId }) => userId ?? []))]);
    const linkOf = (table: 'events' | 'clicks') =>
      db.selectFrom(table).select('link_id').distinct().where(isOneOf('id', ids)).execute();
    const others = [...(await linkOf('events')), ...(await linkOf('clicks'))].map(({ link_id }) => link_id);
    this.live = await holdLinks(db, [...new Set([...rows.map(({ linkId }) => linkId), ...others])]);
    const events = await db
      .selectFrom('events')
      .select(EVENT_COLUMNS)
      .where(isOneOf('id', ids))
      .orderBy('id')
      .forUpdate()
      .execute();
    this.events = new Map(events.map((event) => [event.id, event]));
    const clicks = await db.selectFrom('clicks').select(['id', 'link_id', 'at']).where(isOneOf('id', ids)).execute();
    this.clicks = new Map(clicks.map(({ id, link_id, at }) => [id, { linkId: link_id, at }]));
  }

  private async decide(placed: PlacedEvent): Promise<void> {
    const { row } = placed;
    if (!this.live.has(row.linkId)) {
      placed.outcome = { outcome: 'error', id: null, message: `url_id: ${row.linkId} does not exist` };
      return;
    }
    if (this.waiting.some(({ row: other }) => mayBeSame(other, row))) await this.insertWaiting();
    const known = await this.known(row);
    if (known && (known.type === DELETED_EVENT || this.live.has(known.link_id))) {
      placed.outcome = await this.update(known, row);
      return;
    }
    if (known) {
      await this.log.delete([{ ...known, visible: false }], this.counters);
      this.events.delete(known.id);
    }
    const click = row.id === null ? undefined : this.clicks.get(row.id);
    if (row.id !== null && click) {
      if (this.live.has(click.linkId)) {
        placed.outcome = withWarnings('skipped', row.id, [`id ${row.id} is a recorded click`]);
        return;
      }
      await this.dropHiddenClick(row.id, click);
    }
    this.waiting.push(placed);
  }

  private async insertWaiting(): Promise<void> {
    const placed = this.waiting;
    this.waiting = [];
    if (placed.length === 0) return;
    const drawn = placed.filter(({ row }) => row.id === null).length;
    let next = drawn > 0 ? await this.log.nextIds(drawn) : 0;
    const rows = placed.map(
      ({ row }): EventRow => ({
        id: row.id ?? next++,
        link_id: row.linkId,
        user_id: this.userOf(row).userId,
        type: row.type,
        at: row.at ?? this.ctx.now(),
        details: JSON.stringify(row.details),
      }),
    );
    const ids = await this.log.put(rows, this.counters);
    for (const [index, event] of rows.entries()) {
      const one = placed[index];
      if (!one || !ids.has(event.id)) continue;
      this.events.set(event.id, event);
      one.outcome = withWarnings('created', event.id, this.userOf(one.row).warnings);
    }
  }

  private async update(known: EventRow, row: ImportEventRow): Promise<Outcome> {
    const isSame =
      known.link_id === row.linkId && known.type === row.type && (row.at === null || sameSecond(known.at, row.at));
    if (!isSame) return withWarnings('skipped', known.id, [`id ${known.id} is taken by another event`]);
    const { userId, warnings } = this.userOf(row);
    const after = { user_id: userId, details: JSON.stringify(row.details) };
    if (after.user_id !== known.user_id || after.details !== known.details) {
      await this.ctx.db.updateTable('events').set(after).where('id', '=', known.id).execute();
    }
    if (userId !== known.user_id) {
      const move = { linkId: known.link_id, type: known.type, from: known.user_id, to: userId, n: 1, visible: true };
      await this.log.moveCounts([move], this.counters);
    }
    this.events.set(known.id, { ...known, ...after });
    return withWarnings('updated', known.id, warnings);
  }

  private async known(row: ImportEventRow): Promise<EventRow | null> {
    if (row.id !== null) return this.events.get(row.id) ?? null;
    if (row.at === null) return null;
    const { db } = this.ctx;
    const newest = db
      .selectFrom('events')
      .select(EVENT_COLUMNS)
      .where('link_id', '=', row.linkId)
      .orderBy('id', 'desc')
      .limit(MATCH_ROWS_MAX);
    const same = await db
      .selectFrom(newest.as('newest'))
      .select(EVENT_COLUMNS)
      .where('type', '=', row.type)
      .where(sql<number>`at / 1000`, '=', Math.floor(row.at / 1000))
      .limit(1)
      .executeTakeFirst();
    return same ?? null;
  }

  private async dropHiddenClick(id: number, { linkId, at }: { linkId: number; at: number }): Promise<void> {
    const { db } = this.ctx;
    const dropped = await db.deleteFrom('clicks').where('id', '=', id).where('at', '=', at).executeTakeFirst();
    await db
      .updateTable('link_stats')
      .set((eb) => ({ click_rows: eb('click_rows', '-', Number(dropped.numDeletedRows)) }))
      .where('link_id', '=', linkId)
      .execute();
    this.clicks.delete(id);
  }

  private userOf(row: ImportEventRow): { userId: number | null; warnings: string[] } {
    if (row.userId === null || this.users.has(row.userId)) return { userId: row.userId, warnings: [] };
    return { userId: null, warnings: [`user_id ${row.userId} does not exist`] };
  }
}

/** Whether the second of two rows of a file may be about the event that the first makes. */
function mayBeSame(first: ImportEventRow, second: ImportEventRow): boolean {
  if (second.id !== null) return first.id === second.id;
  return (
    first.linkId === second.linkId &&
    first.type === second.type &&
    first.at !== null &&
    second.at !== null &&
    sameSecond(first.at, second.at)
  );
}
