import { visitKey } from '../../clicks/visit-key.ts';

/** Bits of visitors_seen.mask. */
export const SEEN = 1;
export const SEEN_HUMAN = 2;
export const ANYWHERE = 0;

/** A visitor of one day, on one link or (link 0) anywhere, as the clicks of one transaction tell. */
export interface Visit {
  day: number;
  linkId: number;
  visitor: number;
  /** What all clicks together say of the visitor. */
  mask: number;
  /** What is known of the visitor before the next click. */
  known: number;
}

/**
 * Tells the first click of a visitor on a UTC day, on its link and on any link. First `note` every click, then fill in what
 * was known before (`visits`), then ask `firstSeen` for each click in the same order.
 */
export class FirstVisits {
  private readonly visits = new Map<number, Visit>();

  note(day: number, linkId: number, visitor: number, human: boolean): void {
    const mask = human ? SEEN | SEEN_HUMAN : SEEN;
    this.add(day, linkId, visitor, mask);
    this.add(day, ANYWHERE, visitor, mask);
  }

  /** In the order of their keys. */
  sorted(): Visit[] {
    return [...this.visits.values()].sort((a, b) => a.day - b.day || a.linkId - b.linkId || a.visitor - b.visitor);
  }

  find(day: number, linkId: number, visitor: number): Visit | undefined {
    return this.visits.get(visitKey(day, linkId, visitor));
  }

  /** The bits of `clicks.first_seen` that the click earns (FIRST_ in clicks/rollup-rows.ts). */
  firstSeen(day: number, linkId: number, visitor: number, human: boolean): number {
    const mask = human ? SEEN | SEEN_HUMAN : SEEN;
    return this.take(day, linkId, visitor, mask) | (this.take(day, ANYWHERE, visitor, mask) << 2);
  }

  private add(day: number, linkId: number, visitor: number, mask: number): void {
    const visit = this.find(day, linkId, visitor);
    if (visit) visit.mask |= mask;
    else this.visits.set(visitKey(day, linkId, visitor), { day, linkId, visitor, mask, known: 0 });
  }

  private take(day: number, linkId: number, visitor: number, mask: number): number {
    const visit = this.find(day, linkId, visitor);
    if (!visit) return 0;
    const earned = mask & ~visit.known;
    visit.known |= mask;
    return earned;
  }
}
