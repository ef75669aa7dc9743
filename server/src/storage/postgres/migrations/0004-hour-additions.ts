/** Hours of links as ingest adds them: a row for each link, where rollup_hour takes one for each of its values. */
export const migration0004 = {
  version: 4,
  name: 'hour-additions',
  sql: `
-- What a group of batches adds to a quarter of a link's hour, its values in arrays of one length. Housekeeping moves it to
-- rollup_hour once the hour is over, or where a link has many rows. Values of all links are added to rollup_hour itself.
CREATE TABLE rollup_hour_added (
  hour integer NOT NULL,
  link_id integer NOT NULL,
  quarter smallint NOT NULL,
  value_ids bigint[] NOT NULL,
  clicks integer[] NOT NULL,
  visitors integer[] NOT NULL,
  human_clicks integer[] NOT NULL,
  human_visitors integer[] NOT NULL
);
CREATE INDEX rollup_hour_added_key ON rollup_hour_added (hour, link_id);

-- Both as rows: what charts read.
CREATE VIEW rollup_hour_all AS
  SELECT hour, link_id, value_id, quarter, clicks, visitors, human_clicks, human_visitors FROM rollup_hour
  UNION ALL
  SELECT a.hour, a.link_id, v.value_id, a.quarter, v.clicks::bigint, v.visitors::bigint, v.human_clicks::bigint,
    v.human_visitors::bigint
  FROM rollup_hour_added a
  CROSS JOIN LATERAL unnest(a.value_ids, a.clicks, a.visitors, a.human_clicks, a.human_visitors)
    AS v (value_id, clicks, visitors, human_clicks, human_visitors);
`,
} as const;
