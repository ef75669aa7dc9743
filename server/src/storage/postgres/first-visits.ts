import type { PoolClient } from 'pg';
import { visitKey } from '../../clicks/visit-key.ts';
import { int2s, int4s, int8s } from './binary-arrays.ts';

const SEEN = 1;
const SEEN_HUMAN = 2;
/** Set beside them where a visitor that was seen before was taken for a person only later. */
const HUMAN_LATER = 4;
const ANYWHERE = 0;

interface Note {
  day: number;
  linkId: number;
  visitor: number;
  /** What all clicks of the group together say of the visitor. */
  mask: number;
  /** What is known of the visitor before the next click. */
  known: number;
}

/**
 * Tells the first click of a visitor on a UTC day, on its link and on any link, for the clicks of one transaction.
 * First `note` every click, then `store`, then ask `firstSeen` for each in the same order.
 *
 * Whoever stores a note first holds its row until the end of its transaction; another that has the same visitor waits for it
 * and then sees what it left. Notes are stored in the order of their keys, so nobody waits in a circle.
 */
export class FirstVisits {
  private readonly notes = new Map<number, Note>();

  note(day: number, linkId: number, visitor: number, human: boolean): void {
    const mask = human ? SEEN | SEEN_HUMAN : SEEN;
    this.add(day, linkId, visitor, mask);
    this.add(day, ANYWHERE, visitor, mask);
  }

  async store(client: PoolClient): Promise<void> {
    if (this.notes.size === 0) return;
    const notes = [...this.notes.values()].sort(
      (a, b) => a.day - b.day || a.linkId - b.linkId || a.visitor - b.visitor,
    );
    // @NOTE A row tells by HUMAN_LATER whether it was there before: which rows were inserted can't be asked of a partitioned table.
    const { rows } = await client.query<[day: number, linkId: number, visitor: number, mask: number]>({
      name: 'first-visits',
      text: `INSERT INTO visitors_seen AS v (day, link_id, visitor, mask)
             SELECT * FROM unnest($1::int4[], $2::int4[], $3::int8[], $4::int2[])
             ON CONFLICT (day, link_id, visitor) DO UPDATE SET mask = v.mask | excluded.mask | ${HUMAN_LATER}
               WHERE v.mask & excluded.mask <> excluded.mask
             RETURNING day, link_id, visitor, mask`,
      values: [
        int4s(notes.map(({ day }) => day)),
        int4s(notes.map(({ linkId }) => linkId)),
        int8s(notes.map(({ visitor }) => visitor)),
        int2s(notes.map(({ mask }) => mask)),
      ],
      rowMode: 'array',
    });
    // What does not come back was all known.
    for (const note of notes) note.known = note.mask;
    for (const [day, linkId, visitor, mask] of rows) {
      const note = this.notes.get(visitKey(day, linkId, visitor));
      if (note) note.known = mask & HUMAN_LATER ? SEEN : 0;
    }
  }

  /** The bits of `clicks.first_seen` that the click earns (FIRST_ in clicks/rollup-rows.ts). */
  firstSeen(day: number, linkId: number, visitor: number, human: boolean): number {
    const mask = human ? SEEN | SEEN_HUMAN : SEEN;
    return this.take(day, linkId, visitor, mask) | (this.take(day, ANYWHERE, visitor, mask) << 2);
  }

  private add(day: number, linkId: number, visitor: number, mask: number): void {
    const key = visitKey(day, linkId, visitor);
    const note = this.notes.get(key);
    if (note) note.mask |= mask;
    else this.notes.set(key, { day, linkId, visitor, mask, known: 0 });
  }

  private take(day: number, linkId: number, visitor: number, mask: number): number {
    const note = this.notes.get(visitKey(day, linkId, visitor));
    if (!note) return 0;
    const earned = mask & ~note.known;
    note.known |= mask;
    return earned;
  }
}
