import type { Database } from 'bun:sqlite';
import { randomBytes } from 'node:crypto';
import { DIMENSIONS, OTHER_VALUE } from '@waymark/contract';
import { type ClickBatch, decodeBatch } from '../../clicks/batch.ts';
import { BatchAdditions, child } from '../../clicks/batch-additions.ts';
import type { EnrichedClick } from '../../clicks/click.ts';
import { VALUE_FIELDS } from '../../clicks/click-values.ts';
import type { DeadLetter, EdgeProgress, IngestOutcome, IngestPort } from '../../clicks/ingest.ts';
import { hasRow, saltIsWanted, soundTime } from '../../clicks/ingest-rules.ts';
import { sortedKeys } from '../../clicks/rollup-counts.ts';
import { ALL_LINKS, hasQuarters, periodsOf, VALUE_SPAN } from '../../clicks/rollup-rows.ts';
import { type Clock, DAY_MS } from '../../platform/clock.ts';
import { BatchRanges } from './batch-ranges.ts';
import { VALUE_COLUMNS } from './click-events.ts';
import { ManyRows, rollupRows } from './many-rows.ts';
import { ValueIds } from './value-ids.ts';
import { ValueLimit } from './value-limit.ts';
import { VisitorsSeen } from './visitors-seen.ts';

const CLICK_COLUMNS = [
  ...['id', 'link_id', 'user_id', 'at', 'original_at', 'url_version'],
  ...VALUE_COLUMNS,
  ...['visitor', 'first_seen'],
];

/** A click makes at most two notes of its visitor, so merging three keeps ahead. */
const MERGES_PER_CLICK = 3;

export interface IngestOptions {
  now: Clock;
  /** Share of raw click rows kept, 0 to 1. Rollups and totals count all. */
  sampleRate: number;
  /** Whether a late click of that UTC day and link must go to the day tier too. */
  dayTierCovers(day: number, linkId: number): boolean;
}

interface LinkFacts {
  ownerId: number | null;
  live: boolean;
}

/**
 * Clicks into the main database: range, rows, rollups and counters of a batch in the one transaction that the
 * write queue holds open around `ingest`. Hand-prepared statements, since this is the busiest writer there is.
 */
export class SqliteIngestStore implements IngestPort {
  private readonly ranges: BatchRanges;
  private readonly values: ValueIds;
  private readonly seen: VisitorsSeen;
  private readonly limit: ValueLimit;
  private readonly slots: ManyRows;
  private readonly hours: ManyRows;
  private readonly quarters: ManyRows;
  private readonly days: ManyRows;
  private readonly clicks: ManyRows;
  private readonly linkStats: ManyRows;
  private readonly statements;
  private additions: BatchAdditions;
  /** Rows of the clicks gathered, one after the other. */
  private clickRows: (number | null)[] = [];
  /** Ids of the clicks gathered, by hour. */
  private clickHours = new Map<number, [minId: number, maxId: number]>();
  /** Links met since the last flush: nobody else writes within a transaction. */
  private facts = new Map<number, LinkFacts>();
  private isGrouping = false;

  constructor(
    sqlite: Database,
    private readonly options: IngestOptions,
  ) {
    this.ranges = new BatchRanges(sqlite);
    this.values = new ValueIds(sqlite);
    this.seen = new VisitorsSeen(sqlite);
    this.limit = new ValueLimit(sqlite, (day, linkId) => this.additions.valuesOf(day, linkId));
    this.slots = rollupRows(sqlite, 'rollup_15m', ['link_id', 'slot'], 'scattered');
    this.hours = rollupRows(sqlite, 'rollup_hour', ['hour', 'link_id', 'value_id'], 'neighbours');
    this.quarters = rollupRows(sqlite, 'rollup_quarter', ['hour', 'value_id', 'quarter'], 'neighbours');
    this.days = rollupRows(sqlite, 'rollup_day', ['day', 'link_id', 'value_id'], 'neighbours');
    this.clicks = new ManyRows(sqlite, 'clicks', CLICK_COLUMNS, 'scattered');
    this.linkStats = new ManyRows(
      sqlite,
      'link_stats',
      ['link_id', 'clicks', 'human_clicks', 'click_rows', 'last_click_at'],
      'scattered',
      `ON CONFLICT (link_id) DO UPDATE SET clicks = clicks + excluded.clicks, human_clicks = human_clicks + excluded.human_clicks,
         click_rows = click_rows + excluded.click_rows, last_click_at = max(ifnull(last_click_at, 0), excluded.last_click_at)`,
    );
    this.statements = prepare(sqlite);
    this.additions = this.noAdditions();
  }

  async ingest(content: string, hash: string): Promise<IngestOutcome> {
    const batch = decodeBatch(content);
    const standing = this.ranges.standing(batch, hash);
    if (standing === 'committed') return outcome('already_committed');
    if (standing === 'conflict') {
      const { edgeId, firstSeq, lastSeq } = batch;
      const dead = this.setAside({
        edgeId,
        firstSeq,
        lastSeq,
        reason: 'the range is known with other content',
        content,
      });
      return { ...outcome('conflict'), dead };
    }
    const committed = this.commit(batch, hash, standing.afterSeq);
    if (!this.isGrouping) this.flush();
    return committed;
  }

  /**
   * Runs several `ingest` calls of one transaction and writes what they add to rollups and totals together:
   * links that several batches share are then written once.
   */
  async grouped<T>(work: () => Promise<T>): Promise<T> {
    this.isGrouping = true;
    try {
      const result = await work();
      this.flush();
      return result;
    } finally {
      this.isGrouping = false;
    }
  }

  /** Call when a transaction that `ingest` ran in was rolled back: what memory holds may never have been stored. */
  rolledBack(): void {
    this.values.forget();
    this.seen.forget();
    this.limit.forget();
    this.additions = this.noAdditions();
    this.clickHours = new Map();
    this.clickRows = [];
    this.facts = new Map();
  }

  async deadLetter(entry: DeadLetter): Promise<void> {
    this.setAside(entry);
  }

  async progress(): Promise<EdgeProgress[]> {
    return this.ranges.progress();
  }

  async salt(day: number): Promise<string | null> {
    if (!saltIsWanted(day, this.options.now())) return null;
    this.statements.makeSalt.run(day, randomBytes(16).toString('hex'));
    return this.statements.salt.get(day)?.salt ?? null;
  }

  private commit(batch: ClickBatch, hash: string, afterSeq: number): IngestOutcome {
    const now = this.options.now();
    const clicks = batch.clicks.filter((click) => click.seq > afterSeq);
    const live = clicks.filter((click) => this.factsOf(click.linkId).live);
    const kept = this.options.sampleRate >= 1 ? live.length : live.filter((click) => this.isKept(click)).length;
    const firstId = kept > 0 ? this.takeIds(kept) : 0;
    let nextId = firstId;
    this.countForLimit(live, now);
    for (const click of live) {
      const at = soundTime(click, now);
      const id = this.isKept(click) ? nextId++ : 0;
      this.add(click, at, id, this.factsOf(click.linkId).ownerId);
    }
    this.seen.mergeSome(live.length * MERGES_PER_CLICK);
    const result: IngestOutcome = {
      result: 'committed',
      committed: live.length,
      discarded: clicks.length - live.length,
      dead: batch.lastSeq - Math.max(afterSeq, batch.firstSeq - 1) - clicks.length,
      eventIds: kept > 0 ? [firstId, nextId - 1] : [0, 0],
    };
    this.ranges.record(batch, hash, result, now);
    return result;
  }

  private countForLimit(clicks: readonly EnrichedClick[], now: number): void {
    this.limit.makeRoom();
    const days = new Map<number, Map<number, number>>();
    for (const click of clicks) {
      const links = child(days, Math.floor(soundTime(click, now) / DAY_MS));
      links.set(click.linkId, (links.get(click.linkId) ?? 0) + 1);
      links.set(ALL_LINKS, (links.get(ALL_LINKS) ?? 0) + 1);
    }
    for (const [day, links] of days) for (const [linkId, count] of links) this.limit.count(day, linkId, count);
  }

  private factsOf(linkId: number): LinkFacts {
    let facts = this.facts.get(linkId);
    if (!facts) {
      const row = this.statements.link.get(linkId);
      facts = { ownerId: row?.owner_id ?? null, live: row !== null && row.deleted_at === null };
      this.facts.set(linkId, facts);
    }
    return facts;
  }

  private isKept(click: EnrichedClick): boolean {
    return hasRow(click, this.options.sampleRate);
  }

  private takeIds(count: number): number {
    const row = this.statements.takeIds.get(count, count);
    if (!row) throw new Error('the event sequence is missing');
    return row.first;
  }

  private add(click: EnrichedClick, at: number, id: number, ownerId: number | null): void {
    const { linkId } = click;
    const human = click.quality === 'human';
    const firstSeen = this.seen.note(Math.floor(at / DAY_MS), linkId, click.visitor, human);
    const values: number[] = [];
    for (const [field, dimension] of VALUE_FIELDS) values.push(this.values.idOf(dimension, click[field]));
    if (id !== 0) {
      const originalAt = at === click.at ? null : click.at;
      const row = this.clickRows;
      row.push(id, linkId, ownerId, at, originalAt, click.urlVersion);
      for (const value of values) row.push(value);
      row.push(click.visitor, firstSeen);
    }
    this.additions.add({ linkId, human, firstSeen, values }, at, id !== 0, ownerId);
    if (id !== 0) this.noteHour(periodsOf(at).hour, id);
  }

  private noteHour(hour: number, id: number): void {
    const range = this.clickHours.get(hour);
    if (range) range[1] = id;
    else this.clickHours.set(hour, [id, id]);
  }

  /** Links as values of the dimension `link` have no limit: they are ours, not a client's. */
  private valueFor(day: number, linkId: number, valueId: number): number {
    const dimension = Math.floor(valueId / VALUE_SPAN);
    if (dimension === DIMENSIONS.link || this.limit.allows(day, linkId, valueId)) return valueId;
    return this.values.idOf(dimension, OTHER_VALUE);
  }

  private noAdditions(): BatchAdditions {
    return new BatchAdditions({
      valueFor: (day, linkId, valueId) => this.valueFor(day, linkId, valueId),
      dayTierCovers: this.options.dayTierCovers,
    });
  }

  /** Writes what has been gathered. */
  private flush(): void {
    const { additions, clickHours, clickRows } = this;
    this.additions = this.noAdditions();
    this.clickHours = new Map();
    this.clickRows = [];
    this.facts = new Map();
    this.clicks.add(clickRows);
    this.seen.store();
    this.addToRollups(additions);
    const totals: number[] = [];
    for (const linkId of sortedKeys(additions.links)) {
      const { clicks = 0, human = 0, rows = 0, lastAt = 0 } = additions.links.get(linkId) ?? {};
      totals.push(linkId, clicks, human, rows, lastAt);
    }
    this.linkStats.add(totals);
    for (const [hour, [minId, maxId]] of clickHours) this.statements.clickHour.run(hour, minId, maxId);
    if (additions.rows === 0) return;
    this.statements.counter.run('events', '', additions.rows);
    this.statements.counter.run('events_by_type', 'click', additions.rows);
    for (const [ownerId, rows] of additions.owners)
      this.statements.counter.run('events_by_user', String(ownerId), rows);
  }

  private addToRollups({ slots, values, days }: BatchAdditions): void {
    const ofSlots: number[] = [];
    slots.inOrder((linkId, slot, _, clicks, visitors, human, humanVisitors) => {
      ofSlots.push(linkId, slot, clicks, visitors, human, humanVisitors);
    });
    this.slots.add(ofSlots);
    const ofHours: number[] = [];
    const ofQuarters: number[] = [];
    values.inOrder((slot, linkId, valueId, clicks, visitors, human, humanVisitors) => {
      const hour = slot >> 2;
      ofHours.push(hour, linkId, valueId, clicks, visitors, human, humanVisitors);
      if (linkId !== ALL_LINKS || !hasQuarters(valueId)) return;
      ofQuarters.push(hour, valueId, slot & 3, clicks, visitors, human, humanVisitors);
    });
    this.hours.add(ofHours);
    this.quarters.add(ofQuarters);
    const ofDays: number[] = [];
    days.inOrder((...row) => ofDays.push(...row));
    this.days.add(ofDays);
  }

  /** Keeps what can't be ingested and counts its range as dead, once. Returns how many seqs that are. */
  private setAside({ edgeId, firstSeq, lastSeq, reason, content }: DeadLetter): number {
    const now = this.options.now();
    this.statements.deadLetter.run(edgeId, firstSeq, lastSeq, reason, content, now, edgeId, firstSeq, lastSeq);
    return this.ranges.giveUp(edgeId, firstSeq, lastSeq, now);
  }
}

function outcome(result: IngestOutcome['result']): IngestOutcome {
  return { result, committed: 0, discarded: 0, dead: 0, eventIds: [0, 0] };
}

function prepare(sqlite: Database) {
  return {
    link: sqlite.prepare<{ owner_id: number | null; deleted_at: number | null }, [number]>(
      'SELECT owner_id, deleted_at FROM links WHERE id = ?',
    ),
    takeIds: sqlite.prepare<{ first: number }, [number, number]>(
      `UPDATE sequences SET next = next + ? WHERE name = 'event' RETURNING next - ? AS first`,
    ),
    clickHour: sqlite.prepare<null, [number, number, number]>(
      `INSERT INTO click_hours (hour, min_id, max_id) VALUES (?, ?, ?)
       ON CONFLICT (hour) DO UPDATE SET min_id = min(min_id, excluded.min_id), max_id = max(max_id, excluded.max_id)`,
    ),
    counter: sqlite.prepare<null, [string, string, number]>(
      'INSERT INTO counters (kind, key, n) VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET n = n + excluded.n',
    ),
    deadLetter: sqlite.prepare<null, [string, number, number, string, string, number, string, number, number]>(
      `INSERT INTO dead_letters (edge_id, first_seq, last_seq, reason, content, at) SELECT ?, ?, ?, ?, ?, ?
       WHERE NOT EXISTS (SELECT 1 FROM dead_letters WHERE edge_id = ? AND first_seq = ? AND last_seq = ?)`,
    ),
    makeSalt: sqlite.prepare<null, [number, string]>(
      'INSERT INTO visitor_salts (day, salt) VALUES (?, ?) ON CONFLICT DO NOTHING',
    ),
    salt: sqlite.prepare<{ salt: string }, [number]>('SELECT salt FROM visitor_salts WHERE day = ?'),
  };
}
