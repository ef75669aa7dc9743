import type { PoolClient } from 'pg';
import type { LinkTotals } from '../../clicks/batch-additions.ts';
import { sortedKeys } from '../../clicks/rollup-counts.ts';
import { int4s, int8s } from './binary-arrays.ts';

/** What ingest has to know of a live link. `clicks`: all it has had so far. */
export interface LiveLink {
  ownerId: number | null;
  clicks: number;
}

/** Those of the links that are not deleted, by id. */
export async function liveLinks(client: PoolClient, ids: readonly number[]): Promise<Map<number, LiveLink>> {
  const { rows } = await client.query<[id: number, ownerId: number | null, clicks: number | null]>({
    name: 'live-links',
    text: `SELECT l.id, l.owner_id, s.clicks FROM unnest($1::int4[]) AS u (id)
           JOIN links l ON l.id = u.id AND l.deleted_at IS NULL LEFT JOIN link_stats s ON s.link_id = l.id`,
    values: [int4s(ids)],
    rowMode: 'array',
  });
  return new Map(rows.map(([id, ownerId, clicks]) => [id, { ownerId, clicks: clicks ?? 0 }]));
}

/** Adds to the totals of links, in the order of their ids. Their rows are the caller's until its transaction ends. */
export async function addToLinks(client: PoolClient, links: ReadonlyMap<number, LinkTotals>): Promise<void> {
  const ids = sortedKeys(links);
  const column = (pick: (totals: LinkTotals) => number) =>
    int8s(
      ids.map((id) => {
        const totals = links.get(id);
        return totals ? pick(totals) : 0;
      }),
    );
  await client.query({
    name: 'add-to-links',
    text: `INSERT INTO link_stats AS s (link_id, clicks, human_clicks, click_rows, last_click_at)
           SELECT * FROM unnest($1::int4[], $2::int8[], $3::int8[], $4::int8[], $5::int8[])
           ON CONFLICT (link_id) DO UPDATE SET clicks = s.clicks + excluded.clicks,
             human_clicks = s.human_clicks + excluded.human_clicks, click_rows = s.click_rows + excluded.click_rows,
             last_click_at = greatest(s.last_click_at, excluded.last_click_at)`,
    values: [
      int4s(ids),
      column(({ clicks }) => clicks),
      column(({ human }) => human),
      column(({ rows }) => rows),
      column(({ lastAt }) => lastAt),
    ],
  });
}

/**
 * Those of the links that were deleted since `liveLinks`. Ask it when their rows of link_stats are held: whoever deletes a
 * link takes its click_rows from the lists' counters and waits for that row first, so either it sees the rows of this
 * transaction, or this transaction sees that the link is gone and leaves the counters alone.
 */
export async function goneLinks(client: PoolClient, ids: readonly number[]): Promise<number[]> {
  const { rows } = await client.query<[id: number]>({
    name: 'gone-links',
    text: `SELECT u.id FROM unnest($1::int4[]) AS u (id)
           WHERE NOT EXISTS (SELECT 1 FROM links l WHERE l.id = u.id AND l.deleted_at IS NULL)`,
    values: [int4s(ids)],
    rowMode: 'array',
  });
  return rows.map(([id]) => id);
}
