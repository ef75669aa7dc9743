/** "WMrp": a file that says otherwise is not a replica. */
export const APPLICATION_ID = 0x574d7270;

/** Raised with every change of the tables: a replica of another version is thrown away and made anew. */
export const FORMAT = 1;

/**
 * `links` holds what redirects read, under the names of the main database; `deleted_at` is never set here.
 * version: counts changes of the link. generation: the snapshot that last had it; a row of an earlier one gives way to
 * whatever comes.
 * `state` is one row. epoch, seq: the cursor, NULL before the first whole snapshot. snapshot_...: the one under way.
 */
export const SCHEMA = `
CREATE TABLE links (
  domain_id INTEGER NOT NULL,
  code TEXT NOT NULL,
  id INTEGER NOT NULL,
  url TEXT NOT NULL,
  url_version INTEGER NOT NULL,
  redirect_status INTEGER NOT NULL,
  active INTEGER NOT NULL,
  expires_at INTEGER,
  quarantine_reason TEXT,
  deleted_at INTEGER,
  version INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  PRIMARY KEY (domain_id, code)
) WITHOUT ROWID;
CREATE TABLE state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  generation INTEGER NOT NULL DEFAULT 0,
  epoch TEXT,
  seq INTEGER,
  snapshot_epoch TEXT,
  snapshot_seq INTEGER,
  snapshot_after_id INTEGER
);
INSERT INTO state (id) VALUES (1);
CREATE TABLE salts (day INTEGER PRIMARY KEY, salt TEXT NOT NULL);
`;
