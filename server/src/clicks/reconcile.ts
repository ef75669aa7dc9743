/** Numbers of one row by column; null where there is no such row. */
export type Recounted = Record<string, number | null> | null;

/** A row whose numbers are not what recounting gives. */
export interface Difference {
  table: string;
  /** A column that is null: rows that do not tell it. */
  key: Record<string, number | string | null>;
  expected: Recounted;
  found: Recounted;
}

export interface ReconcileOptions {
  /** Write the recounted numbers in place of what was found. */
  repair: boolean;
  /** Share of clicks whose rows are kept; below 1 rollups can't be recounted and only other counts are checked. */
  sampleRate: number;
  /** Days that rows are kept, 0 for ever: hours beyond are taken as they are. */
  retentionDays: number;
}

export interface ReconcileSummary {
  differences: number;
  repaired: boolean;
  /** First hour (since the epoch) whose rollups were recounted from rows; null where none could be. */
  sinceHour: number | null;
  hours: number;
  links: number;
}

/** Recounts what is kept beside rows. */
export interface Reconciler {
  /**
   * Hands over every difference as it is found. One transaction: what it compares is one state of the database, and a
   * repair is written whole or not at all.
   * Shape: memory for the rows of one hour (in portions of links), or one day's differences.
   */
  run(options: ReconcileOptions, report: (difference: Difference) => void): Promise<ReconcileSummary>;
}
