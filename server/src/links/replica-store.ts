import type { FeedCursor, FeedLink, LinkChange } from './change-feed.ts';

/** A code whose link in the replica is not what it was. */
export type ChangedCode = readonly [domainId: number, code: string];

/** A snapshot that has begun: `cursor` is where to follow from once all pages are in, `afterId` where its pages go on. */
export interface SnapshotProgress {
  cursor: FeedCursor;
  afterId: number;
}

/**
 * The writer's side of the replica on this edge's own disk. Synchronous, one transaction for each method; what describes
 * the links (cursor, progress) is kept in the transaction that changed them, so that death at any moment leaves a replica
 * that knows how far it is.
 * Errors: every method throws where the disk is full or damaged; nothing of it is kept then.
 */
export interface ReplicaStore {
  /** Up to where the feed is applied; null before the first snapshot is whole. */
  readonly cursor: FeedCursor | null;
  /** A snapshot that was begun and is not whole yet. */
  readonly snapshot: SnapshotProgress | null;
  /** Begins a snapshot, in place of one under way. What is there is served on, and is older than all that comes. */
  beginSnapshot(cursor: FeedCursor): void;
  /** A page of the snapshot, in id order. Returns the codes whose links changed; not those that had none before. */
  addPage(links: readonly FeedLink[], afterId: number): ChangedCode[];
  /** All pages are in: removes links that none of them had and moves the cursor. Returns the codes of those removed. */
  endSnapshot(): ChangedCode[];
  /** Changes of the feed in their order, and the cursor's new seq. Returns the codes whose links changed, fresh ones too. */
  apply(changes: readonly LinkChange[], seq: number): ChangedCode[];
  /** Keeps what a look-up found, unless a newer state is there. Returns what is there then. */
  keep(link: FeedLink): FeedLink;
  find(domainId: number, code: string): FeedLink | null;
  /** Salts by day, and how to add some; those of days before `firstDay` are removed. */
  salts(): { day: number; salt: string }[];
  addSalts(salts: readonly { day: number; salt: string }[], firstDay: number): void;
}
