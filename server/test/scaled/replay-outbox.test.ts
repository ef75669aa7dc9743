import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../src/commands/cluster/until.ts';
import { outboxReplayCommand, outboxStatusCommand } from '../../src/commands/outbox.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { MmapOutbox } from '../../src/storage/outbox/mmap-outbox.ts';
import { insertLink, type MigratedDatabase, migratedDatabase } from '../servers/migrated-database.ts';
import { clickOf, openTestEdge, type TestEdge } from './test-edge.ts';

/** Nobody listens there. */
const AWAY = { databaseUrl: 'postgres://nobody@127.0.0.1:1/none', redisUrl: 'redis://127.0.0.1:1' };

let database: MigratedDatabase;
let root: string;
beforeAll(async () => {
  database = await migratedDatabase();
  root = mkdtempSync(join(tmpdir(), 'waymark-replay-test-'));
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

const io = { print: () => {}, warn: () => {}, confirm: async () => false };
const config = (dataDir: string) =>
  loadConfig({ DATABASE_URL: database.url, REDIS_URL: AWAY.redisUrl, DATA_DIR: dataDir });
const clicksOf = async (linkId: number) =>
  (await database.pool.query('SELECT clicks FROM link_stats WHERE link_id = $1', [linkId])).rows[0]?.clicks ?? 0;

/** The directory of an edge that is gone, with both back ends away since its start. */
async function goneEdge(name: string, fill: (edge: TestEdge) => Promise<void>): Promise<string> {
  const dataDir = join(root, name);
  await using edge = await openTestEdge({ ...AWAY, dataDir });
  await fill(edge);
  return dataDir;
}

describe('the outbox of an edge that is gone', () => {
  test('goes straight into PostgreSQL, what is sealed and what is not, each click once', async () => {
    const id = await insertLink(database.pool, 'straight');
    const dataDir = await goneEdge('straight', async (edge) => {
      for (let n = 0; n < 700; n++) edge.click(id);
      await until(() => edge.sealer.status.sealedSeq === 700, { what: 'sealed batches' });
    });
    // And what it had not come to seal: accepted by an edge that was killed at once.
    const outbox = new MmapOutbox({
      dir: join(dataDir, 'outbox'),
      bytesMax: 2 ** 30,
      now: Date.now,
      committedSeq: () => 0,
      sealedSeq: () => 700,
      onSpareTaken: () => {},
    });
    for (let n = 0; n < 50; n++) outbox.append(clickOf(id));
    const here = config(join(root, 'elsewhere'));
    expect(await outboxStatusCommand(config(dataDir), io)).toMatchObject({ exitCode: 0, outbox: { pending: 750 } });
    expect(await outboxReplayCommand(here, { from: dataDir }, io)).toMatchObject({ exitCode: 0, pending: 750 });
    expect(await clicksOf(id)).toBe(750);
    const again = await outboxReplayCommand(here, { from: dataDir }, io);
    expect(again).toMatchObject({ exitCode: 0, pending: 0 });
    expect(await clicksOf(id)).toBe(750);
    const { rows } = await database.pool.query('SELECT count(*) AS n FROM dead_letters');
    expect(rows[0].n).toBe(0);
  }, 30_000);

  test('is handed to another edge, which delivers it under the id it has', async () => {
    const id = await insertLink(database.pool, 'handed');
    const from = await goneEdge('handed', async (edge) => {
      for (let n = 0; n < 20; n++) edge.click(id);
    });
    const other = join(root, 'other');
    expect(await outboxReplayCommand(config(other), { from, intoOutbox: true }, io)).toMatchObject({
      exitCode: 0,
      pending: 20,
    });
    expect(await clicksOf(id)).toBe(0);
    await using edge = await openTestEdge({ databaseUrl: database.url, redisUrl: AWAY.redisUrl, dataDir: other });
    for (let n = 0; n < 5; n++) edge.click(id);
    await until(async () => (await clicksOf(id)) === 25, { what: '25 clicks' });
  }, 30_000);

  test('says what is wrong where there is nothing to take, and where the database is away', async () => {
    const nothing = await outboxReplayCommand(config(root), { from: join(root, 'none') }, io);
    expect([nothing.exitCode, nothing.message]).toEqual([1, expect.stringContaining('none')]);
    const away = loadConfig({
      DATABASE_URL: AWAY.databaseUrl,
      REDIS_URL: AWAY.redisUrl,
      DATA_DIR: join(root, 'straight'),
    });
    expect(await outboxStatusCommand(away, io)).toMatchObject({ exitCode: 1 });
  });
});
