import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateCommand } from '../../src/commands/migrate.ts';
import { outboxReplayCommand, outboxStatusCommand } from '../../src/commands/outbox.ts';
import { reconcileCommand } from '../../src/commands/reconcile.ts';
import { resetCommand } from '../../src/commands/reset.ts';
import { seedCommand } from '../../src/commands/seed.ts';
import { startTestApp, TEST_API_KEY } from '../start-app.ts';
import { configOf, RecordedIo } from './command-io.ts';
import { clickCount, createLink, visit } from './test-links.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'waymark-commands-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const database = () => join(dataDir, 'waymark.db');

function rowsIn(table: string): number {
  const db = new Database(database(), { readonly: true });
  try {
    return db.query<{ n: number }, []>(`SELECT count(*) AS n FROM ${table}`).get()?.n ?? -1;
  } finally {
    db.close();
  }
}

describe('migrate', () => {
  test('makes the database, and has nothing to do the second time', async () => {
    const first = await migrateCommand(configOf(dataDir), new RecordedIo());
    expect(first).toMatchObject({ exitCode: 0, from: 0 });
    expect(first.to).toBeGreaterThan(0);
    expect(await migrateCommand(configOf(dataDir), new RecordedIo())).toMatchObject({
      exitCode: 0,
      from: first.to,
      to: first.to,
    });
  });

  test('refuses a database of a newer program, and one that a server runs on', async () => {
    {
      await using app = await startTestApp({ dataDir });
      const io = new RecordedIo();
      expect(await migrateCommand(configOf(dataDir), io)).toMatchObject({ exitCode: 1, from: null });
      expect(io.warned[0]).toContain(`in use by process ${app.pid}: stop the server first`);
      await app.stop();
    }
    const db = new Database(database());
    db.run('PRAGMA user_version = 9999');
    db.close();
    expect((await migrateCommand(configOf(dataDir), new RecordedIo())).message).toContain('start a newer Waymark');
  });
});

describe('seed', () => {
  const COUNTS = { 'users.csv': 400, 'urls.csv': 2000, 'events.csv': 3422 };

  test('loads the bundled data set where no server runs, and changes nothing the second time', async () => {
    const first = await seedCommand(configOf(dataDir), { from: 'bundled' }, new RecordedIo());
    expect(first.exitCode).toBe(0);
    expect(Object.fromEntries(first.files.map(({ file, created }) => [file, created]))).toEqual(COUNTS);
    const before = ['users', 'links', 'events'].map(rowsIn);
    const second = await seedCommand(configOf(dataDir), { from: 'bundled' }, new RecordedIo());
    expect(second).toMatchObject({ exitCode: 0 });
    expect(second.files.map(({ created }) => created)).toEqual([0, 0, 0]);
    expect(['users', 'links', 'events'].map(rowsIn)).toEqual(before);
  });

  test('goes through a server that runs on the data directory', async () => {
    await using app = await startTestApp({ dataDir });
    const result = await seedCommand(
      configOf(dataDir, { PORT: String(app.port) }),
      { from: 'bundled' },
      new RecordedIo(),
    );
    expect(Object.fromEntries(result.files.map(({ file, count }) => [file, count]))).toEqual(COUNTS);
    const users = await fetch(`${app.baseUrl}/users?per_page=1`);
    expect(users.headers.get('x-total-count')).toBe('400');
  });

  test('needs no key on the server’s own machine, and the right one for a server that is named', async () => {
    await using app = await startTestApp({ dataDir, env: { CLASSIC_API: 'keyed' } });
    const config = configOf(dataDir);
    const url = app.baseUrl;
    expect((await seedCommand(config, { from: 'bundled', url }, new RecordedIo())).message).toContain('401');
    expect(await seedCommand(config, { from: 'bundled' }, new RecordedIo())).toMatchObject({ exitCode: 0 });
    const keyed = await seedCommand(config, { from: 'bundled', url, key: TEST_API_KEY }, new RecordedIo());
    expect(keyed).toMatchObject({ exitCode: 0 });
  });

  test('names rows that can’t be loaded, loads the others, and fails', async () => {
    writeFileSync(
      join(dataDir, 'users.csv'),
      'id,username,email,created_at\n1,ann,ann@example.com,2026-01-01 00:00:00\n2,,bob@example.com,\n',
    );
    writeFileSync(
      join(dataDir, 'urls.csv'),
      'id,user_id,short_code,original_url,title,is_active,created_at,updated_at\n',
    );
    writeFileSync(join(dataDir, 'events.csv'), 'id,url_id,user_id,event_type,timestamp,details\n');
    const io = new RecordedIo();
    const result = await seedCommand(configOf(dataDir), { from: dataDir }, io);
    expect(result).toMatchObject({ exitCode: 1, message: '1 of 2 rows could not be loaded' });
    expect(io.warned.join('\n')).toContain('users.csv row 2: username');
    expect(rowsIn('users')).toBe(1);
  });

  test('says which file is missing', async () => {
    const result = await seedCommand(configOf(dataDir), { from: join(dataDir, 'nowhere') }, new RecordedIo());
    expect(result.exitCode).toBe(1);
    expect(result.message).toContain('users.csv');
  });
});

describe('reset', () => {
  test('empties everything after a yes, and nothing after a no', async () => {
    await seedCommand(configOf(dataDir), { from: 'bundled' }, new RecordedIo());
    const refused = new RecordedIo(false);
    expect(await resetCommand(configOf(dataDir), { yes: false }, refused)).toMatchObject({ exitCode: 1 });
    expect(refused.asked).toHaveLength(1);
    expect(rowsIn('links')).toBe(2000);
    expect(await resetCommand(configOf(dataDir), { yes: false }, new RecordedIo(true))).toMatchObject({ exitCode: 0 });
    expect(['users', 'links', 'events', 'clicks'].map(rowsIn)).toEqual([0, 0, 0, 0]);
    expect(existsSync(join(dataDir, 'outbox'))).toBe(false);
  });

  test('refuses while a server runs, --yes or not', async () => {
    await using app = await startTestApp({ dataDir });
    const result = await resetCommand(configOf(dataDir), { yes: true }, new RecordedIo());
    expect(result.message).toContain(`process ${app.pid}`);
    expect(result.exitCode).toBe(1);
  });
});

describe('reconcile', () => {
  test('finds no difference after real clicks, names one that was made, and repairs it', async () => {
    const app = await startTestApp({ dataDir });
    const link = await createLink(app, 'counted');
    await visit(app, link, 12);
    expect(await clickCount(app, link)).toBe(12);
    expect(await reconcileCommand(configOf(dataDir), { repair: false }, new RecordedIo())).toMatchObject({
      exitCode: 0,
    });
    expect(await reconcileCommand(configOf(dataDir), { repair: true }, new RecordedIo())).toMatchObject({
      exitCode: 1,
      summary: null,
    });
    await app.stop();
    const db = new Database(database());
    db.run('UPDATE link_stats SET clicks = clicks + 1 WHERE link_id = ?', [link.id]);
    db.close();
    const io = new RecordedIo();
    expect((await reconcileCommand(configOf(dataDir), { repair: false }, io)).exitCode).toBe(1);
    expect(io.warned[0]).toContain('link_stats');
    expect((await reconcileCommand(configOf(dataDir), { repair: true }, new RecordedIo())).exitCode).toBe(0);
    expect((await reconcileCommand(configOf(dataDir), { repair: false }, new RecordedIo())).exitCode).toBe(0);
  });

  test('says where there is no database', async () => {
    expect((await reconcileCommand(configOf(dataDir), { repair: false }, new RecordedIo())).message).toContain(
      'no database',
    );
  });
});

describe('outbox', () => {
  test('status counts beside a running server', async () => {
    await using app = await startTestApp({ dataDir });
    const link = await createLink(app, 'status');
    await visit(app, link, 7);
    expect(await clickCount(app, link)).toBe(7);
    const { outbox, exitCode } = await outboxStatusCommand(configOf(dataDir), new RecordedIo());
    expect(exitCode).toBe(0);
    expect(outbox).toMatchObject({ pending: 0, edges: [{ lastSeq: 7, pending: 0 }] });
  });

  test('replay refuses while a server runs, what is no outbox, and an installation without a database', async () => {
    const replay = (from: string) => outboxReplayCommand(configOf(dataDir), { from }, new RecordedIo());
    expect((await replay(dataDir)).message).toContain('is missing: restore or migrate it first');
    await migrateCommand(configOf(dataDir), new RecordedIo());
    const empty = mkdtempSync(join(tmpdir(), 'waymark-empty-'));
    expect((await replay(empty)).message).toContain('holds no outbox');
    rmSync(empty, { recursive: true });
    expect((await replay(join(dataDir, 'waymark.db'))).message).toContain('neither a segment');
    await using app = await startTestApp({ dataDir });
    expect((await replay(dataDir)).message).toContain(`process ${app.pid}`);
  });

  test('replay of one file brings the clicks of a server that is gone, once', async () => {
    const gone = mkdtempSync(join(tmpdir(), 'waymark-gone-'));
    try {
      // Both know the same link, as edges of one installation do.
      const [here, there] = [await startTestApp({ dataDir }), await startTestApp({ dataDir: gone })];
      const [link, same] = [await createLink(here, 'shared'), await createLink(there, 'shared')];
      expect(same.id).toBe(link.id);
      await visit(here, link, 2);
      await visit(there, same, 9);
      expect(await clickCount(there, same)).toBe(9);
      await Promise.all([here.stop(), there.stop()]);
      const [sealed] = readdirSync(join(gone, 'outbox')).filter((name) => name.startsWith('sealed-'));
      const from = join(gone, 'outbox', sealed ?? '');
      expect(await outboxReplayCommand(configOf(dataDir), { from }, new RecordedIo())).toMatchObject({
        exitCode: 0,
        filesTaken: 1,
        pending: 9,
      });
      expect(await outboxReplayCommand(configOf(dataDir), { from }, new RecordedIo())).toMatchObject({ exitCode: 0 });
      await using again = await startTestApp({ dataDir });
      await visit(again, link, 1);
      expect(await clickCount(again, link)).toBe(12);
    } finally {
      rmSync(gone, { recursive: true, force: true });
    }
  });
});
