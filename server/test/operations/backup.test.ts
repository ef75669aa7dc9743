import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backupCommand } from '../../src/commands/backup.ts';
import { type BackupManifest, parseManifest } from '../../src/commands/backup-manifest.ts';
import { outboxReplayCommand, outboxStatusCommand } from '../../src/commands/outbox.ts';
import { reconcileCommand } from '../../src/commands/reconcile.ts';
import { restoreCommand } from '../../src/commands/restore.ts';
import { extractTar } from '../../src/platform/tar.ts';
import { startTestApp } from '../start-app.ts';
import { configOf, RecordedIo } from './command-io.ts';
import { clickCount, clickCountBecomes, createLink, visit } from './test-links.ts';

let root: string;
let dataDir: string;
let file: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'waymark-backup-'));
  dataDir = join(root, 'data');
  file = join(root, 'backup.tar');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const restored = () => join(root, 'restored');

function unpack(): { manifest: BackupManifest; dir: string } {
  const dir = mkdtempSync(join(root, 'unpacked-'));
  mkdirSync(join(dir, 'outbox'));
  extractTar(file, (name) => join(dir, name));
  return { manifest: parseManifest(readFileSync(join(dir, 'manifest.json'), 'utf8')), dir };
}

/** Lets no ingest through, as a database that is away would, by holding its write lock. */
function holdDatabase(): () => void {
  const db = new Database(join(dataDir, 'waymark.db'));
  db.run('PRAGMA busy_timeout = 5000');
  db.run('BEGIN IMMEDIATE');
  return () => {
    db.run('ROLLBACK');
    db.close();
  };
}

test('a backup beside a running server has every click it had answered, and restores to a server that has them', async () => {
  await using app = await startTestApp({ dataDir });
  const link = await createLink(app, 'kept');
  const redirects = await visit(app, link, 50);
  expect(redirects).toBe(50);
  const io = new RecordedIo();
  const result = await backupCommand(configOf(dataDir), { file }, io);
  expect(result).toMatchObject({ exitCode: 0, file });
  expect(readdirSync(root).filter((name) => name.includes('partial'))).toEqual([]);

  const outcome = await restoreCommand(configOf(restored()), { file, force: false }, io);
  expect(outcome).toMatchObject({ exitCode: 0, movedTo: null });
  await using again = await startTestApp({ dataDir: restored() });
  expect(await clickCountBecomes(again, link, 50)).toBe(50);
});

test('a backup taken while clicks pour in loses none that was answered before it and counts none twice', async () => {
  await using app = await startTestApp({ dataDir });
  const link = await createLink(app, 'poured');
  const before = await visit(app, link, 100);
  const pouring = visit(app, link, 400);
  const result = await backupCommand(configOf(dataDir), { file }, new RecordedIo());
  expect(result.exitCode).toBe(0);
  const total = before + (await pouring);
  await restoreCommand(configOf(restored()), { file, force: false }, new RecordedIo());
  await using again = await startTestApp({ dataDir: restored() });
  const count = await clickCountBecomes(again, link, before);
  expect(count).toBeGreaterThanOrEqual(before);
  expect(count).toBeLessThanOrEqual(total);
  await again.stop();
  expect(await reconcileCommand(configOf(restored()), { repair: false }, new RecordedIo())).toMatchObject({
    exitCode: 0,
  });
});

test('clicks that only the outbox had are there after a restore and a start, once', async () => {
  const app = await startTestApp({ dataDir });
  const link = await createLink(app, 'waiting');
  const release = holdDatabase();
  await visit(app, link, 30);
  await app.kill();
  release();
  const result = await backupCommand(configOf(dataDir), { file }, new RecordedIo());
  expect(result).toMatchObject({ exitCode: 0, pendingClicks: 30 });

  await restoreCommand(configOf(restored()), { file, force: false }, new RecordedIo());
  const status = await outboxStatusCommand(configOf(restored()), new RecordedIo());
  expect(status.outbox?.pending).toBe(30);
  const first = await startTestApp({ dataDir: restored() });
  expect(await clickCountBecomes(first, link, 30)).toBe(30);
  await visit(first, link, 5);
  expect(await clickCount(first, link)).toBe(35);
  await first.stop();
  await using second = await startTestApp({ dataDir: restored() });
  expect(await clickCount(second, link)).toBe(35);
});

test('a restored installation has an edge id of its own', async () => {
  const app = await startTestApp({ dataDir });
  const { instance } = (await (await fetch(`${app.baseUrl}/health`)).json()) as { instance: string };
  await app.stop();
  await backupCommand(configOf(dataDir), { file }, new RecordedIo());
  await restoreCommand(configOf(restored()), { file, force: false }, new RecordedIo());
  await using again = await startTestApp({ dataDir: restored() });
  const health = (await (await fetch(`${again.baseUrl}/health`)).json()) as { instance: string };
  expect(health.instance).not.toBe(instance);
});

test('an older backup beside a newer outbox: replaying that outbox brings the newer clicks back, once', async () => {
  const app = await startTestApp({ dataDir });
  const link = await createLink(app, 'older');
  await visit(app, link, 20);
  expect(await clickCount(app, link)).toBe(20);
  await backupCommand(configOf(dataDir), { file }, new RecordedIo());
  await visit(app, link, 15);
  expect(await clickCount(app, link)).toBe(35);
  await app.stop();

  const io = new RecordedIo();
  const outcome = await restoreCommand(configOf(dataDir), { file, force: true }, io);
  expect(outcome.exitCode).toBe(0);
  expect(io.warned.join()).toContain('waymark outbox replay');
  const replayed = await outboxReplayCommand(configOf(dataDir), { from: outcome.movedTo ?? '' }, io);
  expect(replayed).toMatchObject({ exitCode: 0, pending: 15 });
  const first = await startTestApp({ dataDir });
  expect(await clickCountBecomes(first, link, 35)).toBe(35);
  await first.stop();

  await outboxReplayCommand(configOf(dataDir), { from: outcome.movedTo ?? '' }, io);
  await using second = await startTestApp({ dataDir });
  await visit(second, link, 1);
  expect(await clickCount(second, link)).toBe(36);
});

test('no visitor salt and no address of a sealed click is in a backup', async () => {
  await using app = await startTestApp({ dataDir, env: { TRUSTED_PROXIES: '127.0.0.1' } });
  const link = await createLink(app, 'private');
  const address = '198.51.100.77';
  await fetch(`${app.baseUrl}/${link.code}`, { redirect: 'manual', headers: { 'X-Forwarded-For': address } });
  expect(await clickCount(app, link)).toBe(1);
  const live = new Database(join(dataDir, 'waymark.db'), { readonly: true });
  const salts = live.query<{ salt: string }, []>('SELECT salt FROM visitor_salts').all();
  live.close();
  expect(salts.length).toBeGreaterThan(0);
  await backupCommand(configOf(dataDir), { file }, new RecordedIo());
  const bytes = readFileSync(file);
  for (const { salt } of salts) expect(bytes.includes(salt)).toBe(false);
  expect(bytes.includes(address)).toBe(false);
  expect(unpack().manifest.pendingClicks).toBe(0);
});

describe('a restore refuses, and leaves everything as it was,', () => {
  beforeEach(async () => {
    const app = await startTestApp({ dataDir });
    await createLink(app, 'refused');
    await app.stop();
    await backupCommand(configOf(dataDir), { file }, new RecordedIo());
  });

  const refusals: [name: string, damage: () => void, says: string][] = [
    ['a backup that is cut', () => truncateSync(file, 40_000), 'is cut'],
    ['a backup without its end', () => truncateSync(file, readFileSync(file).length - 2048), 'is cut'],
    ['a damaged byte', () => overwrite(file, 60_000), 'damaged'],
    ['what is no backup', () => overwrite(file, 0), 'not a tar archive'],
  ];
  test.each(refusals)('%s', async (_, damage, says) => {
    damage();
    const result = await restoreCommand(configOf(restored()), { file, force: false }, new RecordedIo());
    expect(result.exitCode).toBe(1);
    expect(result.message).toContain(says);
    expect(existsSync(join(restored(), 'waymark.db'))).toBe(false);
    expect(readdirSync(restored()).filter((name) => !name.startsWith('lock'))).toEqual([]);
  });

  test('a directory with data', async () => {
    const before = readdirSync(dataDir);
    const result = await restoreCommand(configOf(dataDir), { file, force: false }, new RecordedIo());
    expect(result.exitCode).toBe(1);
    expect(result.message).toContain('--force');
    expect(readdirSync(dataDir)).toEqual(before);
  });

  test('a directory that a server runs on, even by force', async () => {
    await using app = await startTestApp({ dataDir });
    const result = await restoreCommand(configOf(dataDir), { file, force: true }, new RecordedIo());
    expect(result).toMatchObject({ exitCode: 1 });
    expect(result.message).toContain(`in use by process ${app.pid}`);
  });
});

describe('a backup that can’t be made leaves nothing behind', () => {
  test('where there is no database', async () => {
    const result = await backupCommand(configOf(join(root, 'nothing')), { file }, new RecordedIo());
    expect(result.exitCode).toBe(1);
    expect(readdirSync(root)).toEqual([]);
  });

  test('where the file is there already', async () => {
    const app = await startTestApp({ dataDir });
    await app.stop();
    await backupCommand(configOf(dataDir), { file }, new RecordedIo());
    const before = readFileSync(file);
    expect(await backupCommand(configOf(dataDir), { file }, new RecordedIo())).toMatchObject({ exitCode: 1 });
    expect(readFileSync(file)).toEqual(before);
    expect(await backupCommand(configOf(dataDir), { file, overwrite: true }, new RecordedIo())).toMatchObject({
      exitCode: 0,
    });
  });

  test('where the database is damaged', async () => {
    const app = await startTestApp({ dataDir });
    for (let at = 0; at < 40; at++) await createLink(app, `damaged-${at}`);
    await app.stop();
    const database = join(dataDir, 'waymark.db');
    const whole = new Database(database);
    whole.run('PRAGMA wal_checkpoint(TRUNCATE)');
    whole.close();
    overwrite(database, 4096, statSync(database).size - 4096);
    const result = await backupCommand(configOf(dataDir), { file }, new RecordedIo());
    expect(result.exitCode).toBe(1);
    expect(readdirSync(root)).toEqual(['data']);
  });
});

function overwrite(path: string, offset: number, bytes = 16): void {
  const fd = openSync(path, 'r+');
  writeSync(fd, Buffer.alloc(bytes, 0xa5), 0, bytes, offset);
  closeSync(fd);
}
