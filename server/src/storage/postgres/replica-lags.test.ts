import { afterAll, beforeAll, expect, test } from 'bun:test';
import { insertLink, type MigratedDatabase, migratedDatabase } from '../../../test/servers/migrated-database.ts';
import { PostgresChangeFeed } from './change-feed.ts';
import { PostgresEdgeRegistry } from './edge-registry.ts';
import { PostgresReplicaLags } from './replica-lags.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await migratedDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

async function report(edgeId: string, appliedEpoch: string, appliedSeq: number): Promise<void> {
  const registry = new PostgresEdgeRegistry(database.ask);
  await registry.register({ edgeId, bootId: edgeId, name: `host/${edgeId}`, version: '1.0.0' });
  const edge = { edgeId, bootId: edgeId, acceptedSeq: 0, dropped: 0, outboxBytes: 0 };
  await registry.report({ ...edge, appliedEpoch, appliedSeq });
}

test('a replica is behind by the changes it lacks and the age of the oldest; one of another feed has no lag yet', async () => {
  const feed = new PostgresChangeFeed(database.ask, Date.now);
  const lags = async () => {
    const all = await new PostgresReplicaLags(database.ask).list();
    return all.toSorted((a, b) => a.edgeId.localeCompare(b.edgeId));
  };
  for (const code of ['one', 'two', 'three']) await insertLink(database.pool, code);
  await database.pool.query(
    `UPDATE link_changes SET at = clock_timestamp() - CASE code WHEN 'one' THEN 300 WHEN 'two' THEN 20 ELSE 5 END * interval '1 s'`,
  );
  const { epoch, seq } = await feed.head();
  await report('a', epoch, seq);
  await report('b', epoch, seq - 2);
  await report('c', 'another', seq);
  const [current, behind, other] = await lags();
  expect(current).toEqual({ edgeId: 'a', changesBehind: 0, lagSeconds: 0 });
  expect(behind).toMatchObject({ edgeId: 'b', changesBehind: 2 });
  expect(behind?.lagSeconds).toBeGreaterThanOrEqual(20);
  expect(behind?.lagSeconds).toBeLessThan(60);
  expect(other).toEqual({ edgeId: 'c', changesBehind: null, lagSeconds: null });

  await database.pool.query('DELETE FROM link_changes');
  expect((await lags())[0]).toEqual({ edgeId: 'a', changesBehind: 0, lagSeconds: 0 });
});
