import type { Database } from 'bun:sqlite';

/** Pairs of link and visitor kept in memory, in two generations. */
const CACHE_MAX = 50_000;

/** What `clicks.first_seen` is made of. */
export const FIRST_ON_LINK = 1;
export const FIRST_HUMAN_ON_LINK = 2;
export const FIRST_ANYWHERE = 4;
export const FIRST_HUMAN_ANYWHERE = 8;

const SEEN = 1;
const SEEN_HUMAN = 2;

/** Tells the first click of a visitor on a UTC day. The cache may be ahead of a rolled-back transaction: `forget` then. */
export class VisitorsSeen {
  private young = new Map<string, number>();
  private old = new Map<string, number>();
  private readonly find;
  private readonly put;

  constructor(sqlite: Database) {
    this.find = sqlite.prepare<{ mask: number }, [number, number, number]>(
      'SELECT mask FROM visitors_seen WHERE day = ? AND link_id = ? AND visitor = ?',
    );
    this.put = sqlite.prepare<null, [number, number, number, number]>(
      `INSERT INTO visitors_seen (day, link_id, visitor, mask) VALUES (?, ?, ?, ?)
       ON CONFLICT (day, link_id, visitor) DO UPDATE SET mask = excluded.mask`,
    );
  }

  /** Notes a click; returns the FIRST_ flags that it earns. */
  note(day: number, linkId: number, visitor: number, human: boolean): number {
    return this.noteOn(day, linkId, visitor, human) | (this.noteOn(day, 0, visitor, human) << 2);
  }

  forget(): void {
    this.young.clear();
    this.old.clear();
  }

  private noteOn(day: number, linkId: number, visitor: number, human: boolean): number {
    const key = `${day}:${linkId}:${visitor}`;
    const before = this.young.get(key) ?? this.old.get(key) ?? this.find.get(day, linkId, visitor)?.mask ?? 0;
    const after = before | SEEN | (human ? SEEN_HUMAN : 0);
    if (after !== before) this.put.run(day, linkId, visitor, after);
    if (this.young.size >= CACHE_MAX) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, after);
    return after & ~before;
  }
}
