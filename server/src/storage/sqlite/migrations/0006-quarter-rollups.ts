/** Lets charts place the clicks of an hour that a zone's midnight divides without reading them. */
export const migration0006 = {
  version: 6,
  name: 'quarter-rollups',
  sql: `
-- How the values of all links together (links as values left out) are spread over the quarters of an hour, 0 to 3. Whole
-- where a value's rows add up to its row of rollup_hour; that holds for all hours from counters('rollup_quarters_since') on.
CREATE TABLE rollup_quarter (
  hour INTEGER NOT NULL,
  value_id INTEGER NOT NULL,
  quarter INTEGER NOT NULL,
  clicks INTEGER NOT NULL,
  visitors INTEGER NOT NULL,
  human_clicks INTEGER NOT NULL,
  human_visitors INTEGER NOT NULL,
  PRIMARY KEY (hour, value_id, quarter)
) STRICT, WITHOUT ROWID;
-- Two hours ahead of what has been counted without them.
INSERT INTO counters SELECT 'rollup_quarters_since', '', coalesce(max(hour) + 2, 0) FROM rollup_hour;
`,
} as const;
