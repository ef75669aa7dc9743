import type { PoolClient } from 'pg';
import type { Difference } from '../../clicks/reconcile.ts';
import { DELETED_EVENT } from './event-log.ts';

/** Events that lists show: those of live links, and that a link was deleted. */
const SHOWN_EVENTS = `events e LEFT JOIN links l ON l.id = e.link_id AND l.deleted_at IS NULL
  WHERE (l.id IS NOT NULL OR e.type = '${DELETED_EVENT}')`;
const SHOWN_CLICKS = 'clicks c JOIN links l ON l.id = c.link_id AND l.deleted_at IS NULL';

/** Kinds of counters, each with the query that recounts it: rows of key and n. */
const COUNTERS: readonly [kind: string, sql: string][] = [
  ['users', `SELECT '' AS key, count(*) AS n FROM users`],
  ['links', `SELECT '' AS key, count(*) AS n FROM links WHERE deleted_at IS NULL`],
  [
    'links_by_owner',
    `SELECT owner_id::text AS key, count(*) AS n FROM links
     WHERE deleted_at IS NULL AND owner_id IS NOT NULL GROUP BY owner_id`,
  ],
  ['events', `SELECT '' AS key, (SELECT count(*) FROM ${SHOWN_EVENTS}) + (SELECT count(*) FROM ${SHOWN_CLICKS}) AS n`],
  [
    'events_by_type',
    `SELECT e.type AS key, count(*) AS n FROM ${SHOWN_EVENTS} GROUP BY 1
     UNION ALL SELECT 'click', count(*) FROM ${SHOWN_CLICKS}`,
  ],
  [
    'events_by_user',
    `SELECT e.user_id::text AS key, count(*) AS n FROM ${SHOWN_EVENTS} AND e.user_id IS NOT NULL GROUP BY 1
     UNION ALL SELECT c.user_id::text, count(*) FROM ${SHOWN_CLICKS} WHERE c.user_id IS NOT NULL GROUP BY 1`,
  ],
];

/** Differences of all counters, a kind at a time. A counter at 0 and none are the same. */
export async function* counterDifferences(client: PoolClient): AsyncGenerator<Difference[]> {
  for (const [kind, sql] of COUNTERS) {
    const { rows } = await client.query<{ key: string; expected: number; found: number | null }>(
      `SELECT key, coalesce(sum(n) FILTER (WHERE e), 0)::int8 AS expected, (sum(n) FILTER (WHERE NOT e))::int8 AS found
       FROM (SELECT true AS e, key, n FROM (${sql}) AS recounted
         UNION ALL SELECT false, key, n FROM counters WHERE kind = $1) AS sides
       GROUP BY key HAVING sum(CASE WHEN e THEN n ELSE -n END) <> 0 ORDER BY key`,
      [kind],
    );
    yield rows.map(({ key, expected, found }) => ({
      table: 'counters',
      key: { kind, key },
      expected: { n: expected },
      found: found === null ? null : { n: found },
    }));
  }
  yield await eventCountDifferences(client);
}

/** A deleted link's counts are taken as they are: it may be half purged. */
async function eventCountDifferences(client: PoolClient): Promise<Difference[]> {
  const { rows } = await client.query<{
    link_id: number;
    user_id: number;
    type: string;
    expected: number;
    found: number | null;
  }>(
    `SELECT link_id, user_id, type, coalesce(sum(n) FILTER (WHERE e), 0)::int8 AS expected,
       (sum(n) FILTER (WHERE NOT e))::int8 AS found
     FROM (SELECT true AS e, link_id, coalesce(user_id, 0) AS user_id, type, count(*) AS n FROM events GROUP BY 1, 2, 3, 4
       UNION ALL SELECT false, link_id, user_id, type, n FROM event_counts) AS c
     WHERE NOT EXISTS (SELECT 1 FROM links l WHERE l.id = c.link_id AND l.deleted_at IS NOT NULL)
     GROUP BY 1, 2, 3 HAVING sum(CASE WHEN e THEN n ELSE -n END) <> 0 ORDER BY 1, 2, 3`,
  );
  return rows.map(({ link_id, user_id, type, expected, found }) => ({
    table: 'event_counts',
    key: { link_id, user_id, type },
    expected: { n: expected },
    found: found === null ? null : { n: found },
  }));
}
