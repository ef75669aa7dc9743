import { type Outcome, sameSecond, withWarnings } from '../../links/import-outcome.ts';
import type { ImportEventRow } from '../../links/import-rows.ts';
import type { WriteContext } from './context.ts';
import type { CounterBatch } from './counter-batch.ts';
import { DELETED_EVENT, EventLog, type EventRow } from './event-log.ts';

/** Newest events of a link among which a row without an id is looked for. */
const MATCH_ROWS_MAX = 10_000;

/** Rows of events.csv into the database. `begin` before a call's rows, `end` after them. */
export class EventImport {
  private readonly log: EventLog;
  private readonly statements;
  private readonly liveLinks = new Map<number, boolean>();
  private readonly users = new Map<number, boolean>();
  private highestId = 0;

  constructor(private readonly ctx: WriteContext) {
    this.log = new EventLog(ctx);
    const { sqlite } = ctx;
    this.statements = {
      live: sqlite.query<{ id: number }, [number]>('SELECT id FROM links WHERE id = ? AND deleted_at IS NULL'),
      user: sqlite.query<{ id: number }, [number]>('SELECT id FROM users WHERE id = ?'),
      event: sqlite.query<EventRow, [number]>(
        'SELECT id, link_id, user_id, type, at, details FROM events WHERE id = ?',
      ),
      same: sqlite.query<EventRow, [number, string, number]>(
        `SELECT id, link_id, user_id, type, at, details
         FROM (SELECT * FROM events WHERE link_id = ? ORDER BY id DESC LIMIT ${MATCH_ROWS_MAX})
         WHERE type = ? AND at / 1000 = ? LIMIT 1`,
      ),
      click: sqlite.query<{ link_id: number }, [number]>('SELECT link_id FROM clicks WHERE id = ?'),
      dropClick: sqlite.query<null, [number]>('DELETE FROM clicks WHERE id = ?'),
      uncountClick: sqlite.query<null, [number]>('UPDATE link_stats SET click_rows = click_rows - 1 WHERE link_id = ?'),
      change: sqlite.query<null, [number | null, string, number]>(
        'UPDATE events SET user_id = ?, details = ? WHERE id = ?',
      ),
      moveSequence: sqlite.query<null, [number]>(`UPDATE sequences SET next = max(next, ?) WHERE name = 'event'`),
    };
  }

  begin(): void {
    this.liveLinks.clear();
    this.users.clear();
    this.highestId = 0;
  }

  end(): void {
    if (this.highestId > 0) this.statements.moveSequence.run(this.highestId + 1);
    this.highestId = 0;
  }

  async put(row: ImportEventRow, counters: CounterBatch): Promise<Outcome> {
    if (!this.isLive(row.linkId))
      return { outcome: 'error', id: null, message: `url_id: ${row.linkId} does not exist` };
    const unknownUser = row.userId !== null && !this.isUser(row.userId);
    const warnings = unknownUser ? [`user_id ${row.userId} does not exist`] : [];
    const userId = unknownUser ? null : row.userId;
    const known = this.known(row);
    if (known) {
      if (this.isVisible(known)) return this.update(known, row, userId, warnings, counters);
      this.log.delete(known, false, counters);
    }
    if (row.id !== null) {
      const click = this.statements.click.get(row.id);
      if (click && this.isLive(click.link_id)) {
        return withWarnings('skipped', row.id, [`id ${row.id} is a recorded click`]);
      }
      if (click) this.dropHiddenClick(row.id, click.link_id);
    }
    return withWarnings('created', await this.insert(row, userId, counters), warnings);
  }

  private async insert(row: ImportEventRow, userId: number | null, counters: CounterBatch): Promise<number> {
    if (row.id === null) this.end(); // The next id has to lie beyond those of the rows before.
    const id = row.id ?? (await this.ctx.nextEventIds(1));
    this.highestId = Math.max(this.highestId, id);
    const at = row.at ?? this.ctx.now();
    const details = JSON.stringify(row.details);
    this.log.put({ id, link_id: row.linkId, user_id: userId, type: row.type, at, details }, true, counters);
    return id;
  }

  private update(
    known: EventRow,
    row: ImportEventRow,
    userId: number | null,
    warnings: readonly string[],
    counters: CounterBatch,
  ): Outcome {
    const isSame =
      known.link_id === row.linkId && known.type === row.type && (row.at === null || sameSecond(known.at, row.at));
    if (!isSame) return withWarnings('skipped', known.id, [`id ${known.id} is taken by another event`]);
    this.statements.change.run(userId, JSON.stringify(row.details), known.id);
    if (userId !== known.user_id) {
      const move = { linkId: known.link_id, type: known.type, from: known.user_id, to: userId, n: 1 };
      this.log.moveCounts(move, true, counters);
    }
    return withWarnings('updated', known.id, warnings);
  }

  private known(row: ImportEventRow): EventRow | null {
    if (row.id !== null) return this.statements.event.get(row.id);
    return row.at === null ? null : this.statements.same.get(row.linkId, row.type, Math.floor(row.at / 1000));
  }

  private dropHiddenClick(id: number, linkId: number): void {
    this.statements.dropClick.run(id);
    this.statements.uncountClick.run(linkId);
  }

  private isVisible(event: EventRow): boolean {
    return event.type === DELETED_EVENT || this.isLive(event.link_id);
  }

  private isLive(linkId: number): boolean {
    return remembered(this.liveLinks, linkId, (id) => this.statements.live.get(id) !== null);
  }

  private isUser(userId: number): boolean {
    return remembered(this.users, userId, (id) => this.statements.user.get(id) !== null);
  }
}

function remembered(known: Map<number, boolean>, id: number, look: (id: number) => boolean): boolean {
  let answer = known.get(id);
  if (answer === undefined) {
    answer = look(id);
    known.set(id, answer);
  }
  return answer;
}
