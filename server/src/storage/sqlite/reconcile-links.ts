import type { Database } from 'bun:sqlite';
import { DIMENSIONS } from '@waymark/contract';
import type { Difference } from '../../clicks/reconcile.ts';
import { FIRST_HUMAN_ON_LINK, FIRST_ON_LINK } from '../../clicks/rollup-rows.ts';
import { HOUR_MS } from '../../platform/clock.ts';
import { countsFrom, DIFFERING_COUNTS, HAVING_DIFFERENCE } from './reconcile-rows.ts';

const SLOT_MS = HOUR_MS / 4;

interface LinkTotals {
  clicks: number;
  human_clicks: number;
  click_rows: number;
  last_click_at: number | null;
}

/**
 * Differences of one link: its quarter hours from `sinceHour` on against its rows (null: rows are incomplete), then its
 * totals against its quarter hours and rows. In two portions, as the second counts what the first may have mended.
 * A deleted link may be half purged and is passed over.
 */
export function* linkDifferences(sqlite: Database, linkId: number, sinceHour: number | null): Generator<Difference[]> {
  const link = sqlite
    .query<{ deleted_at: number | null }, [number]>('SELECT deleted_at FROM links WHERE id = ?')
    .get(linkId);
  if (link?.deleted_at != null) return;
  if (sinceHour !== null) yield slotDifferences(sqlite, linkId, sinceHour);
  yield totalDifferences(sqlite, linkId);
}

function slotDifferences(sqlite: Database, linkId: number, sinceHour: number): Difference[] {
  const rows = sqlite
    .query<unknown, number[]>(
      `WITH human (id) AS (SELECT id FROM dimension_values WHERE dimension = ${DIMENSIONS.quality} AND value = 'human' UNION ALL SELECT 0)
       SELECT slot, ${DIFFERING_COUNTS} FROM (
         SELECT at / ${SLOT_MS} AS slot, count(*) AS e1, sum((first_seen & ${FIRST_ON_LINK}) <> 0) AS e2,
           sum(quality IN human) AS e3, sum((first_seen & ${FIRST_HUMAN_ON_LINK}) <> 0) AS e4,
           NULL AS f1, NULL AS f2, NULL AS f3, NULL AS f4
         FROM clicks WHERE link_id = ? AND at >= ? GROUP BY 1
         UNION ALL SELECT slot, NULL, NULL, NULL, NULL, clicks, visitors, human_clicks, human_visitors
         FROM rollup_15m WHERE link_id = ? AND slot >= ?
       ) GROUP BY slot ${HAVING_DIFFERENCE}`,
    )
    .values(linkId, sinceHour * HOUR_MS, linkId, sinceHour * 4) as (number | null)[][];
  return rows.map(([slot, ...counts]) => ({
    table: 'rollup_15m',
    key: { link_id: linkId, slot: slot ?? 0 },
    expected: countsFrom(counts, 0),
    found: countsFrom(counts, 4),
  }));
}

function totalDifferences(sqlite: Database, linkId: number): Difference[] {
  const kept = sqlite
    .query<{ clicks: number; human_clicks: number }, [number]>(
      'SELECT ifnull(sum(clicks), 0) AS clicks, ifnull(sum(human_clicks), 0) AS human_clicks FROM rollup_15m WHERE link_id = ?',
    )
    .get(linkId) ?? { clicks: 0, human_clicks: 0 };
  const rows = sqlite
    .query<{ n: number; last: number | null }, [number]>(
      'SELECT count(*) AS n, max(at) AS last FROM clicks WHERE link_id = ?',
    )
    .get(linkId) ?? { n: 0, last: null };
  const found = sqlite
    .query<LinkTotals, [number]>(
      'SELECT clicks, human_clicks, click_rows, last_click_at FROM link_stats WHERE link_id = ?',
    )
    .get(linkId);
  const expected: LinkTotals = {
    ...kept,
    click_rows: rows.n,
    // With older clicks known by their totals alone, the time is taken as it stands.
    last_click_at: rows.n === kept.clicks ? rows.last : (found?.last_click_at ?? rows.last),
  };
  const there = found ?? { clicks: 0, human_clicks: 0, click_rows: 0, last_click_at: null };
  const names = ['clicks', 'human_clicks', 'click_rows', 'last_click_at'] as const;
  if (names.every((name) => there[name] === expected[name])) return [];
  return [
    { table: 'link_stats', key: { link_id: linkId }, expected: { ...expected }, found: found ? { ...found } : null },
  ];
}
