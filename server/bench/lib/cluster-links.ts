import { openPool } from '../../src/storage/postgres/pool.ts';

/**
 * Fills an empty installation with the links of `seedLinks`: same codes, same destinations. Takes about 10 s a million.
 * Shape: nothing of it goes through the change feed, so that an edge that starts afterwards takes all of it as a snapshot.
 */
export async function seedClusterLinks(databaseUrl: string, count: number): Promise<void> {
  const pool = openPool({ url: databaseUrl, max: 1, statementMs: 0, name: 'bench' });
  try {
    await pool.query('ALTER TABLE links DISABLE TRIGGER USER');
    await pool.query(
      `INSERT INTO links (domain_id, code, url, created_at, updated_at)
       SELECT 1, 'c' || lpad(i::text, 8, '0'), 'https://example.com/some/path/' || i, 1700000000000 + i, 1700000000000 + i
       FROM generate_series(0, $1::int - 1) i`,
      [count],
    );
    await pool.query('ALTER TABLE links ENABLE TRIGGER USER');
    await pool.query(`INSERT INTO counters (kind, key, shard, n) VALUES ('links', '', 0, $1)`, [count]);
    await pool.query('VACUUM (ANALYZE) links');
    await pool.query('CHECKPOINT');
  } finally {
    await pool.end();
  }
}

/** What the database holds of clicks: each is to equal what edges have accepted. */
export async function clusterTotals(
  databaseUrl: string,
): Promise<{ linkClicks: number; rows: number; rollups: number; watermarks: number }> {
  const pool = openPool({ url: databaseUrl, max: 1, statementMs: 60_000, name: 'bench' });
  try {
    const { rows } = await pool.query(
      `SELECT (SELECT coalesce(sum(clicks), 0) FROM link_stats) AS "linkClicks", (SELECT count(*) FROM clicks) AS rows,
         (SELECT coalesce(sum(clicks), 0) FROM rollup_15m WHERE link_id = 0) AS rollups,
         (SELECT coalesce(sum(watermark), 0) FROM ingest_edges) AS watermarks`,
    );
    return rows[0];
  } finally {
    await pool.end();
  }
}
