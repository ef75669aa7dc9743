import type { Database } from 'bun:sqlite';
import type { Difference } from '../../clicks/reconcile.ts';
import { DELETED_EVENT } from './event-log.ts';

/** A kind of counter with the query that recounts it: rows of key and n. */
interface CounterCheck {
  kind: string;
  sql: string;
}

/** Events that lists show: those of live links, and that a link was deleted. */
const SHOWN_EVENTS = `events e LEFT JOIN links l ON l.id = e.link_id AND l.deleted_at IS NULL WHERE (l.id IS NOT NULL OR e.type = '${DELETED_EVENT}')`;
const SHOWN_CLICKS = 'clicks c JOIN links l ON l.id = c.link_id AND l.deleted_at IS NULL';

export const COUNTER_CHECKS: readonly (CounterCheck | 'event_counts')[] = [
  {
    kind: 'users',
    sql: `SELECT '' AS key, count(*) AS n FROM users`,
  },
  { kind: 'links', sql: `SELECT '' AS key, count(*) AS n FROM links WHERE deleted_at IS NULL` },
  {
    kind: 'links_by_owner',
    sql: `SELECT CAST(owner_id AS TEXT) AS key, count(*) AS n FROM links
          WHERE deleted_at IS NULL AND owner_id IS NOT NULL GROUP BY owner_id`,
  },
  {
    kind: 'events',
    sql: `SELECT '' AS key, (SELECT count(*) FROM ${SHOWN_EVENTS}) + (SELECT count(*) FROM ${SHOWN_CLICKS}) AS n`,
  },
  {
    kind: 'events_by_type',
    sql: `SELECT type AS key, sum(n) AS n FROM (SELECT e.type AS type, count(*) AS n FROM ${SHOWN_EVENTS} GROUP BY 1
          UNION ALL SELECT 'click', count(*) FROM ${SHOWN_CLICKS}) GROUP BY type`,
  },
  {
    kind: 'events_by_user',
    sql: `SELECT CAST(user_id AS TEXT) AS key, sum(n) AS n FROM (
            SELECT e.user_id AS user_id, count(*) AS n FROM ${SHOWN_EVENTS} AND e.user_id IS NOT NULL GROUP BY 1
            UNION ALL SELECT c.user_id, count(*) FROM ${SHOWN_CLICKS} WHERE c.user_id IS NOT NULL GROUP BY 1) GROUP BY user_id`,
  },
  'event_counts',
];

/** Differences of one kind of counter. A counter at 0 and none are the same. */
export function counterDifferences(sqlite: Database, check: CounterCheck | 'event_counts'): Difference[] {
  if (check === 'event_counts') return eventCountDifferences(sqlite);
  const rows = sqlite
    .query<{ key: string; expected: number; found: number | null }, [string]>(
      `SELECT key, ifnull(max(e), 0) AS expected, max(f) AS found FROM (
         SELECT key, n AS e, NULL AS f FROM (${check.sql})
         UNION ALL SELECT key, NULL, n FROM counters WHERE kind = ?
       ) GROUP BY key HAVING ifnull(max(e), 0) <> ifnull(max(f), 0)`,
    )
    .all(check.kind);
  return rows.map(({ key, expected, found }) => ({
    table: 'counters',
    key: { kind: check.kind, key },
    expected: { n: expected },
    found: found === null ? null : { n: found },
  }));
}

/** A deleted link's counts are taken as they are: it may be half purged. */
function eventCountDifferences(sqlite: Database): Difference[] {
  const rows = sqlite
    .query<{ link_id: number; user_id: number; type: string; expected: number; found: number | null }, []>(
      `SELECT link_id, user_id, type, ifnull(max(e), 0) AS expected, max(f) AS found FROM (
         SELECT link_id, ifnull(user_id, 0) AS user_id, type, count(*) AS e, NULL AS f FROM events GROUP BY 1, 2, 3
         UNION ALL SELECT link_id, user_id, type, NULL, n FROM event_counts
       ) AS c GROUP BY link_id, user_id, type
       HAVING ifnull(max(e), 0) <> ifnull(max(f), 0) AND (SELECT deleted_at FROM links WHERE id = c.link_id) IS NULL`,
    )
    .all();
  return rows.map(({ link_id, user_id, type, expected, found }) => ({
    table: 'event_counts',
    key: { link_id, user_id, type },
    expected: { n: expected },
    found: found === null ? null : { n: found },
  }));
}
