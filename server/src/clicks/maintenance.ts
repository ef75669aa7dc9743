/**
 * Housekeeping of click data, in slices for the writer's idle time. Every method does at most some 15 ms of work and
 * returns whether more is left; each may be broken off by a crash and goes on where it was.
 */
export interface ClickMaintenance {
  /** Merges hours of a UTC day that ended over 6 hours ago into the day tier. */
  compactDay(): Promise<boolean>;
  /** Removes visitors and salts of days that ended over 48 hours ago. */
  dropOldVisitors(): Promise<boolean>;
  /** Removes rows of clicks beyond their age, whole hours at a time. Totals and rollups stay. */
  retainClicks(): Promise<boolean>;
  /** Forgets batches committed over 7 days ago that the watermark of their edge has passed. */
  forgetBatches(): Promise<boolean>;
  /** Forgets answers of repeated requests after 24 hours. */
  forgetIdempotency(): Promise<boolean>;
}
