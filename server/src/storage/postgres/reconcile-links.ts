import type { PoolClient } from 'pg';
import type { Difference } from '../../clicks/reconcile.ts';
import { FIRST_HUMAN_ON_LINK, FIRST_ON_LINK } from '../../clicks/rollup-rows.ts';
import { HOUR_MS } from '../../platform/clock.ts';
import { int4s } from './binary-arrays.ts';
import { comparison, differenceFrom, rowsOf } from './reconcile-rows.ts';

const SLOT_MS = HOUR_MS / 4;

interface TotalsRow {
  id: number;
  clicks: number;
  human_clicks: number;
  click_rows: number;
  last_row_at: number | null;
  found: boolean;
  found_clicks: number;
  found_human: number;
  found_rows: number;
  found_last: number | null;
}

/**
 * Differences of some links: their quarter hours from `sinceHour` on against their rows (null: rows are incomplete), then their
 * totals against their quarter hours and rows. In portions, as the last counts what those before may have mended.
 * Deleted links may be half purged and are passed over.
 */
export async function* linkDifferences(
  client: PoolClient,
  ids: readonly number[],
  sinceHour: number | null,
  humanId: number,
): AsyncGenerator<Difference[]> {
  const { rows } = await client.query<{ id: number }>(
    'SELECT id FROM links WHERE id = ANY ($1::int4[]) AND deleted_at IS NOT NULL',
    [int4s(ids)],
  );
  const deleted = new Set(rows.map(({ id }) => id));
  const some = ids.filter((id) => !deleted.has(id));
  if (some.length === 0) return;
  if (sinceHour !== null) yield* slotDifferences(client, some, sinceHour, humanId);
  yield await totalDifferences(client, some);
}

async function* slotDifferences(
  client: PoolClient,
  ids: readonly number[],
  sinceHour: number,
  humanId: number,
): AsyncGenerator<Difference[]> {
  const rows = rowsOf<[linkId: number, slot: number, ...Parameters<typeof differenceFrom>[2]]>(
    client,
    comparison(
      ['link_id', 'slot'],
      `SELECT true AS e, link_id, (at / ${SLOT_MS})::int4 AS slot, count(*) AS clicks,
         count(*) FILTER (WHERE first_seen & ${FIRST_ON_LINK} <> 0) AS visitors,
         count(*) FILTER (WHERE quality IN (0, $3::int8)) AS human_clicks,
         count(*) FILTER (WHERE first_seen & ${FIRST_HUMAN_ON_LINK} <> 0) AS human_visitors
       FROM clicks WHERE link_id = ANY ($1::int4[]) AND at >= $2::int8 * ${HOUR_MS} GROUP BY 1, 2, 3
       UNION ALL SELECT false, link_id, slot, clicks, visitors, human_clicks, human_visitors
       FROM rollup_15m WHERE link_id = ANY ($1::int4[]) AND slot >= $2::int8 * 4`,
    ),
    [int4s(ids), sinceHour, humanId],
  );
  for await (const some of rows)
    yield some.map(([linkId, slot, ...compared]) => differenceFrom('rollup_15m', { link_id: linkId, slot }, compared));
}

async function totalDifferences(client: PoolClient, ids: readonly number[]): Promise<Difference[]> {
  const { rows } = await client.query<TotalsRow>(
    `SELECT u.id, k.clicks, k.human_clicks, c.click_rows, c.last_row_at, s.link_id IS NOT NULL AS found,
       coalesce(s.clicks, 0) AS found_clicks, coalesce(s.human_clicks, 0) AS found_human,
       coalesce(s.click_rows, 0) AS found_rows, s.last_click_at AS found_last
     FROM unnest($1::int4[]) AS u (id)
     CROSS JOIN LATERAL (SELECT coalesce(sum(clicks), 0)::int8 AS clicks, coalesce(sum(human_clicks), 0)::int8 AS human_clicks
       FROM rollup_15m WHERE link_id = u.id) AS k
     CROSS JOIN LATERAL (SELECT count(*) AS click_rows, max(at) AS last_row_at FROM clicks WHERE link_id = u.id) AS c
     LEFT JOIN link_stats s ON s.link_id = u.id ORDER BY u.id`,
    [int4s(ids)],
  );
  return rows.flatMap((row) => {
    const { id, clicks, human_clicks, click_rows, last_row_at } = row;
    // With older clicks known by their totals alone, the time is taken as it stands.
    const last_click_at = click_rows === clicks ? last_row_at : (row.found_last ?? last_row_at);
    const expected = { clicks, human_clicks, click_rows, last_click_at };
    const there = {
      clicks: row.found_clicks,
      human_clicks: row.found_human,
      click_rows: row.found_rows,
      last_click_at: row.found_last,
    };
    const names = ['clicks', 'human_clicks', 'click_rows', 'last_click_at'] as const;
    if (names.every((name) => there[name] === expected[name])) return [];
    return [{ table: 'link_stats', key: { link_id: id }, expected, found: row.found ? there : null }];
  });
}
