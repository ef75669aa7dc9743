import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestDatabase, testDatabase } from '../../../test/servers/shared.ts';
import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/load-config.ts';
import { backupCommand } from '../backup.ts';
import { migrateCommand } from '../migrate.ts';
import { reconcileCommand } from '../reconcile.ts';
import { resetCommand } from '../reset.ts';
import { restoreCommand } from '../restore.ts';

let database: TestDatabase;
let dataDir: string;
let config: Config;
const io = { print: () => {}, warn: () => {}, confirm: async () => false };

beforeEach(async () => {
  database = await testDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'waymark-commands-'));
  config = loadConfig({ DATABASE_URL: database.url, REDIS_URL: 'redis://127.0.0.1:1', DATA_DIR: dataDir });
});
afterEach(async () => {
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('migrate', () => {
  test('brings an empty PostgreSQL to the latest schema, and then finds nothing to do', async () => {
    expect(await migrateCommand(config, io)).toMatchObject({ exitCode: 0, from: 0 });
    const again = await migrateCommand(config, io);
    expect(again.from).toBe(again.to);
    expect(again.message).not.toContain('postgres://');
  });

  test('says so where nobody answers', async () => {
    const away = loadConfig({ DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/x', REDIS_URL: 'redis://127.0.0.1:1' });
    const { exitCode, message } = await migrateCommand(away, io);
    expect({ exitCode, isTold: message.startsWith('PostgreSQL: ') }).toEqual({ exitCode: 1, isTold: true });
    expect(message).not.toContain('secret');
  });
});

describe('reset', () => {
  const link = `INSERT INTO links (domain_id, code, url, created_at, updated_at) VALUES (1, 'abc', 'https://example.com', 0, 0) RETURNING id`;
  const edge = (seen: string) =>
    `INSERT INTO edges (edge_id, boot_id, name, version, seen_at, lease_until) VALUES ('e', 'b', 'edge-1', '1', ${seen}, now())`;

  test('empties every table, begins the feed anew, and gives no id twice', async () => {
    await migrateCommand(config, io);
    const [firstId = ''] = (await database.psql(link)).split('\n');
    const epoch = await database.psql('SELECT feed_epoch FROM installation');
    mkdirSync(join(dataDir, 'outbox'));
    writeFileSync(join(dataDir, 'outbox', 'raw-000000000001.seg'), '');

    expect(await resetCommand(config, { yes: true }, io)).toMatchObject({ exitCode: 0 });
    expect(await database.psql('SELECT (SELECT count(*) FROM links) + (SELECT count(*) FROM link_changes)')).toBe('0');
    expect(await database.psql('SELECT feed_epoch FROM installation')).not.toBe(epoch);
    expect(existsSync(join(dataDir, 'outbox'))).toBe(false);
    expect(Number((await database.psql(link)).split('\n')[0])).toBeGreaterThan(Number(firstId));
  });

  test('deletes nothing while an edge runs, or without a yes', async () => {
    await migrateCommand(config, io);
    await database.psql(link);
    expect(await resetCommand(config, { yes: false }, io)).toMatchObject({ exitCode: 1 });
    await database.psql(edge('clock_timestamp()'));
    const { exitCode, message } = await resetCommand(config, { yes: true }, io);
    expect({ exitCode, names: message.includes('edge-1') }).toEqual({ exitCode: 1, names: true });
    expect(await database.psql('SELECT count(*) FROM links')).toBe('1');
    await database.psql(`UPDATE edges SET seen_at = now() - interval '1 hour'`);
    expect(await resetCommand(config, { yes: true }, io)).toMatchObject({ exitCode: 0 });
  });
});

test('reconcile recounts, tells what differs, and mends it', async () => {
  await migrateCommand(config, io);
  expect(await reconcileCommand(config, { repair: false }, io)).toMatchObject({ exitCode: 0, differences: [] });
  await database.psql(`INSERT INTO counters (kind, key, shard, n) VALUES ('links', '', 3, 7)`);
  const found = await reconcileCommand(config, { repair: false }, io);
  expect({ exitCode: found.exitCode, table: found.differences[0]?.table }).toEqual({ exitCode: 1, table: 'counters' });
  expect(await reconcileCommand(config, { repair: true }, io)).toMatchObject({ exitCode: 0 });
  expect(await reconcileCommand(config, { repair: false }, io)).toMatchObject({ exitCode: 0, differences: [] });
});

test('backup and restore point to what does it on PostgreSQL', async () => {
  const file = join(dataDir, 'backup.tar');
  expect(await backupCommand(config, { file }, io)).toMatchObject({ exitCode: 1 });
  expect((await restoreCommand(config, { file, force: false }, io)).message).toContain('backup-and-restore.md');
  expect(existsSync(file)).toBe(false);
});
