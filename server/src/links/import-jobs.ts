import type { LinkId, NewLink } from './store.ts';

/**
 * `uploading`: parts of the file are still coming. `preview`: waits for a person. `running` and `undoing`: rows are worked on,
 * after a restart too. `done`, `undone` and `failed` are ends; `deleting` is hidden and goes away.
 */
export type ImportState = 'uploading' | 'preview' | 'running' | 'done' | 'undoing' | 'undone' | 'failed' | 'deleting';

/** How a job is, as it is said to people. */
export const IMPORT_STATE_WORDS: Record<ImportState, string> = {
  uploading: 'still being uploaded',
  preview: 'not started yet',
  running: 'running',
  done: 'done',
  undoing: 'being undone',
  undone: 'undone',
  failed: 'over: it failed',
  deleting: 'being deleted',
};

/** What a column of the file can become. */
export const IMPORT_FIELDS = ['url', 'code', 'title', 'active', 'expiresAt', 'redirectStatus'] as const;
export type ImportField = (typeof IMPORT_FIELDS)[number];
/** The file's column for each field that has one. */
export type ImportMapping = Partial<Record<ImportField, string>>;

/** What a look through the file found, nothing written yet. Rows count from 1, the header left out. */
export interface ImportPreview {
  columns: string[];
  mapping: ImportMapping;
  rowCount: number;
  sampleRows: { row: number; values: Record<string, string> }[];
  problems: { row: number; message: string }[];
  /** All of them; `problems` names the first. */
  problemCount: number;
}

/** Times in epoch ms UTC. */
export interface ImportJob {
  id: number;
  state: ImportState;
  fileName: string | null;
  /** null while the file is uploading. */
  preview: ImportPreview | null;
  /** Rows that are accounted for: the next one is `processed` + 1. */
  processed: number;
  created: number;
  skipped: number;
  failed: number;
  /** Created links that were deleted again. */
  undone: number;
  /** Why it is `failed`. */
  failure: string | null;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
}

export const IMPORT_OUTCOMES = ['created', 'skipped', 'error', 'undone'] as const;
export type ImportOutcome = (typeof IMPORT_OUTCOMES)[number];

/** What became of one row. `reason`: why it was not created, or what undoing met. */
export interface ImportedRow {
  row: number;
  outcome: ImportOutcome;
  linkId: LinkId | null;
  reason: string | null;
}

/** A row to be written: a link to make, or why it can't be one. */
export type ImportStep = { row: number; link: NewLink } | { row: number; error: string };

export const IMPORT_JOB_LIMITS = {
  /** Rows that one command takes: a transaction that holds the writer for its length. */
  rowsPerStep: 200,
  /** Bytes of one part of a file. */
  partBytes: 262_144,
  /** Jobs that wait as `uploading` or `preview`. */
  waitingMax: 20,
  /** Days after which a waiting job, and one that has ended, is deleted. */
  waitingDays: 1,
  endedDays: 90,
} as const;

export interface ImportJobQueries {
  /** Jobs being deleted are left out. */
  get(id: number): Promise<ImportJob | null>;
  /** Newest first. */
  list(page: { limit: number; beforeId?: number }): Promise<ImportJob[]>;
  /** The oldest job that has work left: `running`, `undoing` or `deleting`. */
  nextWork(): Promise<ImportJob | null>;
  /** In order of row. */
  rows(id: number, page: { outcome?: ImportOutcome; afterRow: number; limit: number }): Promise<ImportedRow[]>;
  /** The file; empty once the job has ended. */
  file(id: number): Promise<Uint8Array>;
}

/** Each method is one unit of work. */
export interface ImportJobCommands {
  /** A job in `uploading`. Errors: `conflict` where `waitingMax` jobs wait. */
  create(job: { fileName: string | null }): Promise<ImportJob>;
  /** Keeps a part of the file; again under the same number replaces it. Errors: `not_found`; `conflict` unless uploading. */
  putPart(id: number, part: number, bytes: Uint8Array): Promise<void>;
  /** What was found in the whole file. Errors: `not_found`; `conflict` unless uploading or in preview. */
  setPreview(id: number, preview: ImportPreview): Promise<ImportJob>;
  /** Errors: `not_found`; `conflict` unless in preview. */
  start(id: number): Promise<ImportJob>;
  /**
   * Links of the next rows, and the rows with what became of them. `finish` ends the job after them.
   * Errors: `conflict`, with nothing written, unless the job is running and `steps` begins at its next row.
   */
  step(id: number, steps: ImportStep[], finish: boolean): Promise<ImportJob>;
  /** Stops a running job, and has its links deleted. Errors: `not_found`; `conflict` unless running, done or failed. */
  undo(id: number): Promise<ImportJob>;
  /** Deletes a bounded part of the links that an `undoing` job made; `undone` after the last. */
  undoStep(id: number): Promise<ImportJob>;
  /** Ends a running job that can't go on; any other is left alone. */
  fail(id: number, reason: string): Promise<void>;
  /** Hides a job and lets it go away; its links stay. Errors: `not_found`; `conflict` while running or undoing. */
  delete(id: number): Promise<void>;
  /** Removes a bounded part of a `deleting` job. Returns whether more is left. */
  removeStep(id: number): Promise<boolean>;
  /** Lets go of jobs that have waited, or have been over, for long. */
  expire(): Promise<void>;
}
