import { afterAll, beforeAll, expect, test } from 'bun:test';
import { type MigratedDatabase, migratedDatabase } from '../../../test/servers/migrated-database.ts';
import { TcpProxy } from '../../../test/servers/tcp-proxy.ts';
import { PostgresConfirmations } from './confirmations.ts';
import { openPool } from './pool.ts';
import { createAsk } from './questions.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await migratedDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

test('what is committed of an edge is its watermark and the ranges above it', async () => {
  await database.pool.query(
    `INSERT INTO ingest_edges (edge_id, watermark, updated_at) VALUES ('a', 20, 0), ('b', 7, 0)`,
  );
  await database.pool.query(`INSERT INTO ingest_batches (edge_id, first_seq, last_seq, hash, committed_at) VALUES
    ('a', 11, 20, '', 0), ('a', 31, 40, '', 0), ('a', 25, 26, '', 0), ('b', 1, 7, '', 0), ('c', 5, 6, '', 0)`);
  expect(await new PostgresConfirmations(database.ask).committed(['b', 'x', 'a', 'c'])).toEqual([
    { edgeId: 'b', watermark: 7, ranges: [] },
    { edgeId: 'x', watermark: 0, ranges: [] },
    {
      edgeId: 'a',
      watermark: 20,
      ranges: [
        [25, 26],
        [31, 40],
      ],
    },
    { edgeId: 'c', watermark: 0, ranges: [[5, 6]] },
  ]);
});

test('a database that is cut off, or does not answer, is unavailable, and is there again once it answers', async () => {
  await using proxy = new TcpProxy(Number(new URL(database.url).port));
  const pool = openPool({ url: proxy.urlFor(database.url), max: 2, statementMs: 1000, name: 'test' });
  const confirmations = new PostgresConfirmations(createAsk(pool, 150));
  expect(await confirmations.committed(['none'])).toHaveLength(1);
  proxy.stall();
  await expect(confirmations.committed(['none'])).rejects.toMatchObject({ code: 'unavailable' });
  proxy.heal();
  expect(await confirmations.committed(['none'])).toHaveLength(1);
  proxy.cut();
  await expect(confirmations.committed(['none'])).rejects.toMatchObject({ code: 'unavailable' });
  proxy.heal();
  expect(await confirmations.committed(['none'])).toHaveLength(1);
  await pool.end();
});
