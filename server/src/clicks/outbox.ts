import type { CapturedClick } from './click.ts';

/**
 * The edge's local, durable queue. Synchronous: when `append` has returned true, the click survives the death
 * of the process; within OUTBOX_SYNC_MS it survives the loss of power.
 */
export interface Outbox {
  readonly edgeId: string;
  /** Accepts a click, or returns false where it is full or the disk is: the caller counts the drop. Never throws. */
  append(click: CapturedClick): boolean;
  /** The seq of the last accepted click; 0 before the first. */
  readonly lastSeq: number;
}
