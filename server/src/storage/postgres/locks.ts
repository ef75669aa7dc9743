/** Keys of PostgreSQL advisory locks. Those of order and of ids are named in the schema's functions too. */
export const LOCKS = {
  /** Held from drawing a seq of the change feed until its transaction has committed. */
  linkChanges: 7_820_001,
  /** Held from drawing the ids of recorded clicks until they are committed. */
  clickOrder: 7_820_002,
  eventIds: 7_820_003,
  /** Shared by whoever adds to rollups; alone by whoever moves the border of the day tier. */
  dayTier: 7_820_004,
  migration: 7_820_005,
  /** Held by the one worker that does housekeeping. */
  housekeeping: 7_820_006,
  /** Held while the sequence of an identity column is moved. */
  identities: 7_820_007,
  /** Held from counting the import jobs that wait until one more is committed. */
  importQueue: 7_820_008,
  /** Held by whoever makes or drops partitions. */
  partitions: 7_820_009,
  /** Held by whoever sums days up into spans. */
  spanTier: 7_820_010,
} as const;
