import { expect } from 'bun:test';
import { DIMENSIONS } from '@waymark/contract';
import { VALUE_SPAN } from '../../../src/clicks/rollup-rows.ts';
import { psql } from '../../../src/commands/cluster/postgres-server.ts';

/** What a PostgreSQL says of clicks. */
export interface PostgresClicks {
  /** Clicks by code. */
  clicks: Map<string, number>;
  total: number;
  edges: { edge_id: string; accepted: number; watermark: number; committed: number; discarded: number; dead: number }[];
}

/** A number that does not follow from the click rows: which check found it, and the row. */
export interface Discrepancy {
  check: string;
  row: unknown;
}

const FOUND_MAX = 10;

/** Columns of clicks that hold value ids. */
const COLUMNS = [
  ...['country', 'region', 'city', 'device', 'browser', 'os', 'referrer', 'utm_source', 'utm_medium', 'utm_campaign'],
  ...['utm_term', 'utm_content', 'language', 'quality', 'reason'],
];

const isHuman = `quality = (SELECT id FROM dimension_values WHERE dimension = ${DIMENSIONS.quality} AND value = 'human')`;
const nonHumanOnly = [DIMENSIONS.quality, DIMENSIONS.reason].join(', ');

/** Clicks with the bits of first_seen apart: on their link and anywhere, each with humans apart. */
const FACTS = `facts AS (
  SELECT link_id, at, ${COLUMNS.join(', ')}, coalesce(${isHuman}, false) AS human,
    first_seen & 1 AS on_link, (first_seen >> 1) & 1 AS on_link_human,
    (first_seen >> 2) & 1 AS anywhere, (first_seen >> 3) & 1 AS anywhere_human
  FROM clicks)`;
const ON_LINK = 'count(*), sum(on_link), count(*) FILTER (WHERE human), sum(on_link_human)';
const ANYWHERE = 'count(*), sum(anywhere), count(*) FILTER (WHERE human), sum(anywhere_human)';
const STORED = 'sum(clicks), sum(visitors), sum(human_clicks), sum(human_visitors)';

/** Rows of `have` that `want` lacks, and the other way round. */
const difference = (want: string, have: string, before = '') => `
  WITH ${before === '' ? '' : `${before},`} want AS (${want}), have AS (${have})
  (SELECT 'too much' AS found, x.* FROM (SELECT * FROM have EXCEPT SELECT * FROM want) x)
  UNION ALL (SELECT 'missing', x.* FROM (SELECT * FROM want EXCEPT SELECT * FROM have) x)`;

/** Every value that a click counts under, for its link and for all links. */
const BY_VALUE = `${FACTS}, valued AS (
  SELECT facts.*, v.id AS value_id FROM facts, LATERAL (VALUES ${COLUMNS.map((column) => `(${column})`).join(', ')}) v(id)
  WHERE v.id <> 0 AND NOT (human AND v.id / ${VALUE_SPAN} IN (${nonHumanOnly})))`;
const rollupOf = (period: string) => `
  SELECT ${period}, link_id, value_id, ${ON_LINK} FROM valued GROUP BY 1, 2, 3
  UNION ALL SELECT ${period}, 0, value_id, ${ANYWHERE} FROM valued GROUP BY 1, 3
  UNION ALL SELECT ${period}, 0, ${DIMENSIONS.link * VALUE_SPAN} + link_id, ${ON_LINK} FROM facts GROUP BY 1, link_id`;

/** Each finds rows that should not be there. */
const CHECKS: Record<string, string> = {
  'totals of links': difference(
    `SELECT link_id, count(*), count(*), count(*) FILTER (WHERE human) FROM facts GROUP BY 1`,
    `SELECT link_id, clicks, click_rows, human_clicks FROM link_stats WHERE clicks <> 0 OR click_rows <> 0`,
    FACTS,
  ),
  'quarter hours': difference(
    `SELECT link_id, at / 900000, ${ON_LINK} FROM facts GROUP BY 1, 2
     UNION ALL SELECT 0, at / 900000, ${ANYWHERE} FROM facts GROUP BY 2`,
    `SELECT link_id, slot, ${STORED} FROM rollup_15m GROUP BY 1, 2 HAVING sum(clicks) <> 0`,
    FACTS,
  ),
  'hours by value': difference(
    rollupOf('at / 3600000'),
    `SELECT hour, link_id, value_id, ${STORED} FROM rollup_hour_all GROUP BY 1, 2, 3 HAVING sum(clicks) <> 0`,
    BY_VALUE,
  ),
  'days by value': difference(
    `SELECT * FROM (${rollupOf('at / 86400000 AS day')}) d WHERE day < (SELECT days_before FROM rollup_tiers)`,
    `SELECT day, link_id, value_id, ${STORED} FROM rollup_day WHERE day < (SELECT days_before FROM rollup_tiers)
     GROUP BY 1, 2, 3 HAVING sum(clicks) <> 0`,
    BY_VALUE,
  ),
  'first visits on a link': `
    SELECT link_id, at / 86400000 AS day, visitor, sum(first_seen & 1) AS firsts FROM clicks GROUP BY 1, 2, 3
    HAVING sum(first_seen & 1) <> 1 OR sum((first_seen >> 1) & 1) > 1`,
  'first visits anywhere': `
    SELECT at / 86400000 AS day, visitor, sum((first_seen >> 2) & 1) AS firsts FROM clicks GROUP BY 1, 2
    HAVING sum((first_seen >> 2) & 1) <> 1 OR sum((first_seen >> 3) & 1) > 1`,
  'ids of events': `
    SELECT id, count(*) FROM (SELECT id FROM clicks UNION ALL SELECT id FROM events) i GROUP BY 1 HAVING count(*) > 1`,
  'seqs taken once and without a gap': `
    SELECT * FROM (SELECT edge_id, first_seq, lag(last_seq) OVER (PARTITION BY edge_id ORDER BY first_seq) AS before
      FROM ingest_batches) b WHERE first_seq <> before + 1`,
  'all seqs below the watermark': `
    SELECT edge_id, watermark, max(last_seq) AS last FROM ingest_edges LEFT JOIN ingest_batches USING (edge_id)
    GROUP BY 1, 2 HAVING max(last_seq) <> watermark`,
  'every seq accounted for': `SELECT * FROM ingest_edges WHERE watermark <> committed + discarded + dead`,
  'as many clicks as were committed': `
    SELECT * FROM (SELECT (SELECT coalesce(sum(committed), 0) FROM ingest_edges) AS committed,
      (SELECT count(*) FROM clicks) AS rows) n WHERE committed <> rows`,
};

/**
 * Every number in the database that does not follow from its click rows, at most ten of each kind.
 * Shape: complete while clicks have not been deleted or thinned out and no batch is on its way.
 */
export async function discrepancies(databaseUrl: string): Promise<Discrepancy[]> {
  const found: Discrepancy[] = [];
  for (const [check, sql] of Object.entries(CHECKS)) {
    for (const row of await rowsOf(databaseUrl, `SELECT * FROM (${sql}) c LIMIT ${FOUND_MAX}`))
      found.push({ check, row });
  }
  return found;
}

/** What the database holds by now. */
export async function postgresClicks(databaseUrl: string): Promise<PostgresClicks> {
  const counted = await rowsOf<{ code: string; n: number }>(
    databaseUrl,
    `SELECT l.code, count(c.id) AS n FROM links l LEFT JOIN clicks c ON c.link_id = l.id GROUP BY l.id`,
  );
  const edges = await rowsOf<PostgresClicks['edges'][number]>(
    databaseUrl,
    `SELECT edge_id, coalesce(e.accepted_seq, 0) AS accepted, coalesce(i.watermark, 0) AS watermark,
       coalesce(i.committed, 0) AS committed, coalesce(i.discarded, 0) AS discarded, coalesce(i.dead, 0) AS dead
     FROM edges e FULL JOIN ingest_edges i USING (edge_id) ORDER BY edge_id`,
  );
  return {
    clicks: new Map(counted.map(({ code, n }) => [code, n])),
    total: counted.reduce((sum, { n }) => sum + n, 0),
    edges,
  };
}

/** Demands that every number follows from the click rows, and returns what they are. */
export async function auditPostgres(databaseUrl: string): Promise<PostgresClicks> {
  expect(await discrepancies(databaseUrl)).toEqual([]);
  return postgresClicks(databaseUrl);
}

async function rowsOf<Row>(url: string, sql: string): Promise<Row[]> {
  return JSON.parse(await psql(url, `SELECT coalesce(json_agg(r), '[]') FROM (${sql}) r`)) as Row[];
}
