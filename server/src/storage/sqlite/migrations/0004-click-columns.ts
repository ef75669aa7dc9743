/** Settled rows of clicks a second time, column by column, for questions that read many of them. Upkeep fills it. */
export const migration0004 = {
  version: 4,
  name: 'click-columns',
  sql: `
-- Which ids a block has: all rows of clicks from first_id to last_id, rows of them. Blocks have no ids between them.
-- min_at, max_at: times of the first and last click among them.
CREATE TABLE click_blocks (
  first_id INTEGER PRIMARY KEY,
  last_id INTEGER NOT NULL,
  block INTEGER NOT NULL UNIQUE,
  rows INTEGER NOT NULL,
  min_at INTEGER NOT NULL,
  max_at INTEGER NOT NULL
) STRICT;

-- One column of one block. id = column * 2^40 + block, so that a column's blocks are neighbours. Form of data: click-columns.ts.
CREATE TABLE click_columns (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;

-- Rows that are in a block and no longer in clicks.
CREATE TABLE click_gone (id INTEGER PRIMARY KEY) STRICT;
CREATE TRIGGER click_gone_note AFTER DELETE ON clicks
WHEN old.id <= (SELECT last_id FROM click_blocks ORDER BY first_id DESC LIMIT 1)
BEGIN
  INSERT INTO click_gone (id) VALUES (old.id);
END;
`,
} as const;
