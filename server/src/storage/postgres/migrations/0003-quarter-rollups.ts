/** Lets charts place the clicks of an hour that a zone's midnight divides without reading them. */
export const migration0003 = {
  version: 3,
  name: 'quarter-rollups',
  sql: `
-- The quarter of the hour, 0 to 3, that a row counts; null in rows from before there were quarters. A key's rows of all
-- quarters are its hour.
ALTER TABLE rollup_hour ADD COLUMN quarter smallint;
`,
} as const;
