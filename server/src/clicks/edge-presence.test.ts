import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { type MigratedDatabase, migratedDatabase } from '../../test/servers/migrated-database.ts';
import { PostgresEdgeRegistry } from '../storage/postgres/edge-registry.ts';
import { EdgePresence } from './edge-presence.ts';

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

function edge(edgeId: string, bootId: string) {
  const time = { now: 1_000_000 };
  const figures = { acceptedSeq: 1, dropped: 0, outboxBytes: 5, appliedEpoch: 'e', appliedSeq: 3 };
  const heard = { passed: [] as string[], held: [] as string[][], alarms: [] as string[] };
  const presence = new EdgePresence({
    registry,
    edgeId,
    bootId,
    name: bootId,
    version: '1',
    figures: () => figures,
    passed: (id) => heard.passed.push(id),
    heldElsewhere: (ids) => heard.held.push([...ids]),
    alarm: (id) => heard.alarms.push(id),
    now: () => time.now,
  });
  return { presence, heard, figures, time };
}

const leaseEnds = () => database.pool.query("UPDATE edges SET lease_until = clock_timestamp() - interval '1 ms'");
const listed = async () => (await registry.list()).map(({ edgeId, acceptedSeq }) => [edgeId, acceptedSeq]).sort();

describe('an edge in the registry', () => {
  test('registers with its first report where it has not before, and lets go at the end', async () => {
    const { presence, figures } = edge('a', 'one');
    await presence.report();
    figures.acceptedSeq = 9;
    await presence.report();
    expect(await listed()).toEqual([['a', 9]]);
    await presence.release();
    expect((await registry.list())[0]?.stopped).toBe(true);
  });

  test('reports once more when asked during a report, and not for each who asks', async () => {
    const { presence, figures } = edge('a', 'one');
    const first = presence.report();
    figures.acceptedSeq = 9;
    await Promise.all([first, presence.report(), presence.report()]);
    expect(await listed()).toEqual([['a', 9]]);
  });

  test('takes a fresh id for one that another process holds, and lets the watched one go when nobody renews it', async () => {
    await edge('a', 'died').presence.register();
    const { presence, heard, time } = edge('a', 'two');
    expect(await presence.register()).toBe(false);
    presence.use('b', { watchFormer: true });
    await presence.report();
    expect(await listed()).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
    time.now += 3500;
    await presence.report();
    expect([heard.held, heard.alarms, heard.passed]).toEqual([[['a'], []], [], []]);
  });

  test('raises an alarm once when the watched id goes on being renewed', async () => {
    const original = edge('a', 'one');
    await original.presence.report();
    const clone = edge('a', 'two');
    await clone.presence.register();
    clone.presence.use('b', { watchFormer: true });
    for (let second = 0; second < 6; second++) {
      clone.time.now += 1000;
      await Bun.sleep(2); // The registry tells times to the millisecond.
      await original.presence.report();
      await clone.presence.report();
    }
    expect(clone.heard).toEqual({ passed: [], held: [['a']], alarms: ['a'] });
  });

  test('learns that its id has passed to another process, and not that of a registry that was emptied', async () => {
    const paused = edge('a', 'one');
    await paused.presence.report();
    await database.pool.query('TRUNCATE edges');
    await paused.presence.report();
    expect(paused.heard.passed).toEqual([]);
    await leaseEnds();
    const clone = edge('a', 'two');
    expect(await clone.presence.register()).toBe(true);
    await paused.presence.report();
    expect(paused.heard.passed).toEqual(['a']);
    paused.presence.use('c', { watchFormer: true });
    await paused.presence.report();
    expect((await listed()).map(([id]) => id)).toEqual(['a', 'c']);
  });
});
