import type { PoolClient } from 'pg';
import type { LinkTotals } from '../../clicks/batch-additions.ts';
import { sortedKeys } from '../../clicks/rollup-counts.ts';
import { MINUTE_MS } from '../../platform/clock.ts';
import { int4s, int8s } from './binary-arrays.ts';

/** How far clocks of API servers may be apart from ours, and how long a transaction may take, together. */
const RECENTLY_MS = 10 * MINUTE_MS;

/** Owners of those of the links that are not deleted, by id. */
export async function liveLinks(client: PoolClient, ids: readonly number[]): Promise<Map<number, number | null>> {
  const { rows } = await client.query<[id: number, ownerId: number | null]>({
    name: 'live-links',
    text: 'SELECT id, owner_id FROM links WHERE id = ANY ($1::int4[]) AND deleted_at IS NULL',
    values: [int4s(ids)],
    rowMode: 'array',
  });
  return new Map(rows);
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
 * Links that were deleted lately. Asked for when the totals of this transaction's links are held: whoever deletes a link takes
 * its click_rows from the lists' counters and waits for that row first, so either it sees the rows of this transaction, or
 * this transaction sees that the link is gone and leaves the counters alone.
 */
export async function lateDeletions(client: PoolClient, now: number): Promise<number[]> {
  const { rows } = await client.query<[id: number]>({
    name: 'late-deletions',
    text: 'SELECT id FROM links WHERE deleted_at >= $1',
    values: [now - RECENTLY_MS],
    rowMode: 'array',
  });
  return rows.map(([id]) => id);
}
