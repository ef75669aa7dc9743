import type { Database } from 'bun:sqlite';
import { visitKey } from '../../clicks/visit-key.ts';
import { ManyRows } from './many-rows.ts';

const SEEN = 1;
const SEEN_HUMAN = 2;
const ANYWHERE = 0;
/** Columns of a note: day, link, visitor, mask. */
const NOTE_WIDTH = 4;
const MASK = 3;

/** Notes in a run before it is frozen and merged. */
const RUN_MAX = 32_768;

/**
 * Tells the first click of a visitor on a UTC day, on its link and on any link.
 *
 * A hash has no neighbours: written straight into its table, every note would change a page of its own, twice a click.
 * So notes go to the end of a log (`visitors_recent`) and stay in memory; when a run of them is full it is sorted and
 * merged into the table (`visitors_seen`) piece by piece, in the transactions that ingest holds open anyway. A note is
 * in the log until its whole run is merged, and merging it again changes nothing, so death at any moment loses none.
 */
export class VisitorsSeen {
  private run = new Run();
  private frozen: FrozenRun | null = null;
  private loaded = false;
  /** Notes for the log, one after the other. */
  private unlogged: number[] = [];
  private readonly log: ManyRows;
  private readonly table: ManyRows;
  private readonly statements;

  constructor(sqlite: Database) {
    const columns = ['day', 'link_id', 'visitor', 'mask'];
    this.log = new ManyRows(sqlite, 'visitors_recent', columns, 'neighbours');
    this.table = new ManyRows(
      sqlite,
      'visitors_seen',
      columns,
      'neighbours',
      'ON CONFLICT (day, link_id, visitor) DO UPDATE SET mask = mask | excluded.mask',
    );
    this.statements = {
      find: sqlite.prepare<{ mask: number }, [number, number, number]>(
        'SELECT mask FROM visitors_seen WHERE day = ? AND link_id = ? AND visitor = ?',
      ),
      logged: sqlite.prepare<{ day: number; link_id: number; visitor: number; mask: number }, []>(
        'SELECT day, link_id, visitor, mask FROM visitors_recent ORDER BY id',
      ),
      lastLogged: sqlite.prepare<{ id: number | null }, []>('SELECT max(id) AS id FROM visitors_recent'),
      unlog: sqlite.prepare<null, [number]>('DELETE FROM visitors_recent WHERE id <= ?'),
      merged: sqlite.prepare<{ day: number }, [number]>('SELECT day FROM visitors_seen WHERE day = ? LIMIT 1'),
    };
  }

  /** Days that the table has rows of; all other days are answered from memory alone. */
  private readonly mergedDays = new Map<number, boolean>();

  /** Notes a click; returns the bits of `clicks.first_seen` that it earns (FIRST_ in clicks/rollup-rows.ts). */
  note(day: number, linkId: number, visitor: number, human: boolean): number {
    if (!this.loaded) this.load();
    const anywhere = this.masked(day, ANYWHERE, visitor);
    // Who was nowhere today was not on this link either.
    const onLink = anywhere === 0 ? 0 : this.masked(day, linkId, visitor);
    const mask = human ? SEEN | SEEN_HUMAN : SEEN;
    return this.add(day, linkId, visitor, onLink, mask) | (this.add(day, ANYWHERE, visitor, anywhere, mask) << 2);
  }

  /** Writes the notes made to the log. Call before the transaction they were made in is committed. */
  store(): void {
    this.log.add(this.unlogged);
    this.unlogged = [];
  }

  /** Merges up to `rows` notes of a frozen run. Call in every ingest transaction with more rows than it notes. */
  mergeSome(rows: number): void {
    if (this.frozen === null) {
      if (this.run.size < RUN_MAX) return;
      this.store();
      const lastId = this.statements.lastLogged.get()?.id ?? 0;
      this.frozen = new FrozenRun(this.run, lastId);
      this.run = new Run();
    }
    const { frozen } = this;
    const notes = frozen.take(rows);
    for (let day = 0; day < notes.length; day += NOTE_WIDTH) this.mergedDays.set(notes[day] ?? 0, true);
    this.table.add(notes);
    if (!frozen.isDone) return;
    this.statements.unlog.run(frozen.lastLogId);
    this.frozen = null;
  }

  /** Call when the transaction was rolled back: memory is read anew from the log. */
  forget(): void {
    this.run = new Run();
    this.frozen = null;
    this.unlogged = [];
    this.mergedDays.clear();
    this.loaded = false;
  }

  /** What is known of a visitor; 0 for nothing. */
  private masked(day: number, linkId: number, visitor: number): number {
    return (
      this.run.find(day, linkId, visitor) ||
      this.frozen?.run.find(day, linkId, visitor) ||
      (this.isMerged(day) ? (this.statements.find.get(day, linkId, visitor)?.mask ?? 0) : 0)
    );
  }

  /** Adds to what is known; returns what is new. */
  private add(day: number, linkId: number, visitor: number, before: number, mask: number): number {
    const after = before | mask;
    if (after === before) return 0;
    this.unlogged.push(day, linkId, visitor, after);
    this.run.put(day, linkId, visitor, after);
    return after & ~before;
  }

  private isMerged(day: number): boolean {
    let merged = this.mergedDays.get(day);
    if (merged === undefined) {
      merged = this.statements.merged.get(day) !== null;
      this.mergedDays.set(day, merged);
    }
    return merged;
  }

  private load(): void {
    for (const { day, link_id, visitor, mask } of this.statements.logged.all())
      this.run.put(day, link_id, visitor, mask);
    this.loaded = true;
  }
}

/** Notes in memory, found by a key that is one number; in plain numbers, which cost nothing to collect. */
class Run {
  /** One after the other, as their columns. */
  readonly notes: number[] = [];
  /** Where each begins. */
  private readonly places = new Map<number, number>();

  get size(): number {
    return this.notes.length / NOTE_WIDTH;
  }

  /** 0 for none. */
  find(day: number, linkId: number, visitor: number): number {
    const place = this.places.get(visitKey(day, linkId, visitor));
    return place === undefined ? 0 : (this.notes[place + MASK] ?? 0);
  }

  put(day: number, linkId: number, visitor: number, mask: number): void {
    const key = visitKey(day, linkId, visitor);
    const place = this.places.get(key);
    if (place === undefined) {
      this.places.set(key, this.notes.length);
      this.notes.push(day, linkId, visitor, mask);
    } else {
      this.notes[place + MASK] = (this.notes[place + MASK] ?? 0) | mask;
    }
  }
}

/** A full run, taken in the order of the table's key. */
class FrozenRun {
  /** Where the notes begin, in the order of the table's key. */
  private readonly order: Uint32Array;
  private at = 0;

  constructor(
    readonly run: Run,
    /** Notes of the log up to this id are in this run. */
    readonly lastLogId: number,
  ) {
    const { notes } = run;
    const column = (a: number, b: number, n: number) => (notes[a + n] ?? 0) - (notes[b + n] ?? 0);
    this.order = Uint32Array.from({ length: run.size }, (_, n) => n * NOTE_WIDTH);
    this.order.sort((a, b) => column(a, b, 0) || column(a, b, 1) || column(a, b, 2));
  }

  /** The next notes, one after the other as their columns. */
  take(rows: number): number[] {
    const { notes } = this.run;
    const taken: number[] = [];
    for (const place of this.order.subarray(this.at, this.at + rows)) {
      for (let n = 0; n < NOTE_WIDTH; n++) taken.push(notes[place + n] ?? 0);
    }
    this.at = Math.min(this.at + rows, this.order.length);
    return taken;
  }

  get isDone(): boolean {
    return this.at >= this.order.length;
  }
}
