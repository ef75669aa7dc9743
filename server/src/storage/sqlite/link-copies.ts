import type { ReplicaLink } from '../../links/link.ts';
import { ChangedCodes } from './changed-codes.ts';
import type { LinkCopy } from './link-copy.ts';

/**
 * The packed copy that look-ups read first, and what must not be answered from it.
 *
 * Order: `begin` comes before the first link is read for a copy, and each change is told after its commit. So a link
 * that was read before it changed is one whose change is told between `begin` and the end of that copy, and every such
 * code is left to the database. It makes no difference that links are read at different moments.
 */
export class LinkCopies {
  private copy: LinkCopy | null = null;
  private changed = new ChangedCodes(0);
  private changedMeanwhile: ChangedCodes | null = null;

  /** Null also where the copy may not say. */
  find(code: string, hash: number): ReplicaLink | null {
    return this.copy === null || this.changed.has(hash) ? null : this.copy.find(code, hash);
  }

  /** A code leads elsewhere. */
  forget(hash: number): void {
    this.changed.add(hash);
    this.changedMeanwhile?.add(hash);
  }

  /** A copy of about so many links is about to be made. */
  begin(links: number): void {
    this.changedMeanwhile = new ChangedCodes(links);
  }

  /** The copy that was begun can't be had. */
  abandon(): void {
    this.changedMeanwhile = null;
  }

  /** Look-ups go on from the copy that was begun. Returns the former one, which nothing here holds on to. */
  use(copy: LinkCopy): LinkCopy | null {
    if (this.changedMeanwhile === null) throw new Error('no copy was begun');
    const former = this.copy;
    this.copy = copy;
    this.changed = this.changedMeanwhile;
    this.changedMeanwhile = null;
    return former;
  }

  /** Links in the copy; 0 where there is none. */
  get links(): number {
    return this.copy?.links ?? 0;
  }

  /** Codes that were changed or made since the copy was begun. */
  get changes(): number {
    return this.changed.count;
  }
}
