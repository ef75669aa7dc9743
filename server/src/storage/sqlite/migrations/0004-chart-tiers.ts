/**
 * What makes long questions short, all of it copies that upkeep fills: settled rows of clicks column by column, and values
 * of a link or of all links over 16 days.
 */
export const migration0004 = {
  version: 4,
  name: 'chart-tiers',
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

-- rollup_day by spans of 16 days (day / 16), for links with many clicks and for all links (link_id 0).
-- A row of rollup_spans says that the values of this dimension are those of its days: it goes when any of them changes.
CREATE TABLE rollup_spans (
  link_id INTEGER NOT NULL,
  span INTEGER NOT NULL,
  dimension INTEGER NOT NULL,
  PRIMARY KEY (link_id, span, dimension)
) STRICT, WITHOUT ROWID;
CREATE TABLE rollup_span_values (
  link_id INTEGER NOT NULL,
  span INTEGER NOT NULL,
  value_id INTEGER NOT NULL,
  clicks INTEGER NOT NULL,
  visitors INTEGER NOT NULL,
  human_clicks INTEGER NOT NULL,
  human_visitors INTEGER NOT NULL,
  PRIMARY KEY (link_id, span, value_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER rollup_spans_insert AFTER INSERT ON rollup_day
WHEN EXISTS (SELECT 1 FROM rollup_spans WHERE link_id = new.link_id AND span = new.day / 16 AND dimension = new.value_id >> 32)
BEGIN
  DELETE FROM rollup_spans WHERE link_id = new.link_id AND span = new.day / 16 AND dimension = new.value_id >> 32;
END;
CREATE TRIGGER rollup_spans_update AFTER UPDATE ON rollup_day
WHEN EXISTS (SELECT 1 FROM rollup_spans WHERE link_id = new.link_id AND span = new.day / 16 AND dimension = new.value_id >> 32)
BEGIN
  DELETE FROM rollup_spans WHERE link_id = new.link_id AND span = new.day / 16 AND dimension = new.value_id >> 32;
END;
CREATE TRIGGER rollup_spans_delete AFTER DELETE ON rollup_day
WHEN EXISTS (SELECT 1 FROM rollup_spans WHERE link_id = old.link_id AND span = old.day / 16 AND dimension = old.value_id >> 32)
BEGIN
  DELETE FROM rollup_spans WHERE link_id = old.link_id AND span = old.day / 16 AND dimension = old.value_id >> 32;
END;
`,
} as const;
