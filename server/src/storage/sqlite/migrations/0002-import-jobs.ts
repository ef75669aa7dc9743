/** Import jobs of the v1 API: files, what was found in them, and what became of each row. */
export const migration0002 = {
  version: 2,
  name: 'import-jobs',
  sql: `
-- preview: JSON, null while the file is uploading. processed: rows accounted for, the others count them by outcome.
CREATE TABLE import_jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state TEXT NOT NULL CHECK (state IN
    ('uploading', 'preview', 'running', 'done', 'undoing', 'undone', 'failed', 'deleting')),
  file_name TEXT,
  preview TEXT,
  processed INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  undone INTEGER NOT NULL DEFAULT 0,
  failure TEXT,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER
) STRICT;
CREATE INDEX import_jobs_state ON import_jobs (state, id);

CREATE TABLE import_files (
  job_id INTEGER NOT NULL,
  part INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (job_id, part)
) STRICT;

CREATE TABLE import_rows (
  job_id INTEGER NOT NULL,
  row INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('created', 'skipped', 'error', 'undone')),
  link_id INTEGER,
  reason TEXT,
  PRIMARY KEY (job_id, row)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_rows_outcome ON import_rows (job_id, outcome, row);
`,
} as const;
