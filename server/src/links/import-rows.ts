/** Rows that one call of ImportCommands takes at most: a call is one transaction and holds the writer for its length. */
export const IMPORT_ROWS_MAX = 500;

/** A row of users.csv. `row` is its number in the file. Times in epoch ms UTC; null where the file has none. */
export interface ImportUserRow {
  row: number;
  id: number | null;
  username: string;
  email: string;
  createdAt: number | null;
}

/** A row of urls.csv. */
export interface ImportLinkRow {
  row: number;
  id: number | null;
  userId: number | null;
  code: string;
  url: string;
  title: string | null;
  active: boolean;
  createdAt: number | null;
  updatedAt: number | null;
}

/** A row of events.csv. */
export interface ImportEventRow {
  row: number;
  id: number | null;
  linkId: number;
  userId: number | null;
  type: string;
  at: number | null;
  details: Record<string, unknown>;
}

/** What became of a row. `message`: why it was skipped or refused, or a warning about a row that went in. */
export interface ImportRowResult {
  row: number;
  outcome: 'created' | 'updated' | 'skipped' | 'error';
  /** The row's id in the database; null where it has none. */
  id: number | null;
  message?: string;
}

/**
 * Files into the database, ids kept. Each call is one unit of work over at most IMPORT_ROWS_MAX rows; results in their order.
 * A row whose id is free, or whose former row is deleted, is inserted; one that is there already is updated; an id or
 * code that something else has is left alone (`skipped`). Sending a file again changes nothing.
 */
export interface ImportCommands {
  /** The same row: same username or e-mail. Repeated names go in, with a warning, without a claim on the name. */
  users(rows: ImportUserRow[]): Promise<ImportRowResult[]>;
  /** The same row: same code. The destination of a link that is live never changes. Unknown owners become none. */
  links(rows: ImportLinkRow[]): Promise<ImportRowResult[]>;
  /** The same row: same link, type and second. Recorded clicks are never replaced. Unknown users become none. */
  events(rows: ImportEventRow[]): Promise<ImportRowResult[]>;
  /**
   * Removes a bounded part of what deleted links left under ids that these rows take. Returns whether more is left.
   * `links` does so itself; calling this before, until false, keeps a large one from holding the writer.
   */
  makeRoom(rows: ImportLinkRow[]): Promise<boolean>;
}
