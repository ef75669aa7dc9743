import type { PoolClient } from 'pg';
import { int8s } from './binary-arrays.ts';

/**
 * Shards of their own, beside those that the API's writers share: each has one transaction at a time that writes it, so none
 * of them ever waits for another there.
 */
export const COUNTER_SHARDS = { ingest: 16, housekeeping: 17, reconcile: 18 } as const;

/** Adds rows of clicks to what lists show. `owners`: rows by owner of the link. */
export async function addClickRows(
  client: PoolClient,
  rows: number,
  owners: ReadonlyMap<number, number>,
  shard: number = COUNTER_SHARDS.ingest,
): Promise<void> {
  if (rows === 0) return;
  const counters: [kind: string, key: string, n: number][] = [
    ['events', '', rows],
    ['events_by_type', 'click', rows],
    ...[...owners].map(([owner, n]): [string, string, number] => ['events_by_user', String(owner), n]),
  ];
  counters.sort(([kindA, a], [kindB, b]) => (kindA === kindB ? (a < b ? -1 : 1) : kindA < kindB ? -1 : 1));
  await client.query({
    name: 'add-click-rows',
    text: `INSERT INTO counters AS c (kind, key, shard, n)
           SELECT u.kind, u.key, $4::int2, u.n FROM unnest($1::text[], $2::text[], $3::int8[]) AS u (kind, key, n)
           ON CONFLICT (kind, key, shard) DO UPDATE SET n = c.n + excluded.n`,
    values: [
      counters.map(([kind]) => kind),
      counters.map(([, key]) => key),
      int8s(counters.map(([, , n]) => n)),
      shard,
    ],
  });
}
