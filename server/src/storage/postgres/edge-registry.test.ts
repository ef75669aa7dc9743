import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { type MigratedDatabase, migratedDatabase } from '../../../test/servers/migrated-database.ts';
import { PostgresEdgeRegistry } from './edge-registry.ts';

let database: MigratedDatabase;
let registry: PostgresEdgeRegistry;
beforeAll(async () => {
  database = await migratedDatabase();
  registry = new PostgresEdgeRegistry(database.ask);
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  await database.pool.query('TRUNCATE edges');
});

const edge = (edgeId: string, bootId: string) => ({ edgeId, bootId, name: `host/${bootId}`, version: '1.0.0' });
const report = (edgeId: string, bootId: string, acceptedSeq = 1) => ({
  edgeId,
  bootId,
  acceptedSeq,
  dropped: 2,
  outboxBytes: 3,
  appliedEpoch: 'e',
  appliedSeq: 4,
});
const leaseEnds = () => database.pool.query("UPDATE edges SET lease_until = clock_timestamp() - interval '1 ms'");

describe('the registry of edges', () => {
  test('gives an edge id to one process, and to that one again', async () => {
    expect(await registry.register(edge('a', 'one'))).toBe(true);
    expect(await registry.register(edge('a', 'one'))).toBe(true);
    expect(await registry.register(edge('a', 'two'))).toBe(false);
    expect(await registry.register(edge('b', 'two'))).toBe(true);
  });

  test('gives it to one of many that ask at once', async () => {
    const boots = Array.from({ length: 8 }, (_, i) => registry.register(edge('a', `boot${i}`)));
    expect((await Promise.all(boots)).filter(Boolean)).toHaveLength(1);
  });

  test('gives it on once the lease has run out or the holder has let go, and tells the holder of before', async () => {
    await registry.register(edge('a', 'one'));
    await leaseEnds();
    expect(await registry.report(report('a', 'one'))).toBe(true);
    expect(await registry.register(edge('a', 'two'))).toBe(false);
    await leaseEnds();
    expect(await registry.register(edge('a', 'two'))).toBe(true);
    expect(await registry.report(report('a', 'one'))).toBe(false);
    await registry.release('a', 'one');
    expect(await registry.register(edge('a', 'three'))).toBe(false);
    await registry.release('a', 'two');
    expect(await registry.register(edge('a', 'three'))).toBe(true);
  });

  test('lists edges with what they said last, those seen last first', async () => {
    const before = Date.now();
    await registry.register(edge('a', 'one'));
    await registry.register(edge('b', 'two'));
    await registry.report(report('a', 'one', 77));
    await registry.release('b', 'two');
    const [first, second] = await registry.list();
    expect(first).toMatchObject({
      edgeId: 'a',
      name: 'host/one',
      version: '1.0.0',
      inTouch: true,
      stopped: false,
      acceptedSeq: 77,
      dropped: 2,
      outboxBytes: 3,
      appliedEpoch: 'e',
      appliedSeq: 4,
    });
    expect(second).toMatchObject({ edgeId: 'b', inTouch: false, stopped: true });
    expect(first?.seenAt).toBeGreaterThanOrEqual(before - 1000);
    await database.pool.query("UPDATE edges SET seen_at = clock_timestamp() - interval '4 s'");
    expect((await registry.list()).map(({ inTouch }) => inTouch)).toEqual([false, false]);
  });
});
