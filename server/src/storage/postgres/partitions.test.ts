import { afterAll, beforeAll, expect, test } from 'bun:test';
import { createPostgresHarness, type PostgresHarness } from '../conformance/postgres-harness.ts';
import { PostgresPartitions } from './partitions.ts';

const NOW = Date.UTC(2026, 4, 20, 12);

let harness: PostgresHarness;
beforeAll(async () => {
  harness = await createPostgresHarness();
});
afterAll(() => harness.close());

test('months and days are made ahead, once, by however many at a time', async () => {
  const partitions = new PostgresPartitions(harness.pool, { now: () => NOW });
  await Promise.all([partitions.makeAhead(), partitions.makeAhead(), partitions.makeAhead()]);
  expect(await partitions.list('clicks')).toEqual(['clicks_2026_05', 'clicks_2026_06', 'clicks_2026_07']);
  const today = Math.floor(NOW / 86_400_000);
  expect(await partitions.list('visitors_seen')).toEqual([0, 1, 2].map((n) => `visitors_seen_${today + n}`));
});

test('a table that something else cuts into parts is left alone', async () => {
  await harness.pool.query('ALTER TABLE clicks RENAME TO clicks_before; CREATE TABLE clicks (LIKE clicks_before)');
  await new PostgresPartitions(harness.pool, { now: () => Date.UTC(2027, 0, 20) }).makeAhead();
  const { rows } = await harness.pool.query(`SELECT 1 FROM pg_class WHERE relname LIKE 'clicks_2027%'`);
  expect(rows).toEqual([]);
});
