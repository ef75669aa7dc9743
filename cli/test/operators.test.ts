import { describe, expect, test } from 'bun:test';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startTestApp } from '../../server/test/start-app.ts';
import { temporaryDirectory, waymark } from './run-waymark.ts';

const at =
  (dataDir: string, env: Record<string, string> = {}) =>
  (line: string, answer?: boolean) =>
    waymark(line.split(' '), {
      env: { DATA_DIR: dataDir, PORT: '0', ...env },
      ...(answer !== undefined && { answer }),
    });

test('a data directory from its first migration to its reset, each step as text and as JSON', async () => {
  const dir = temporaryDirectory();
  const run = at(join(dir, 'data'));
  expect((await run('migrate')).out).toContain('schema version 0 →');
  expect((await run('migrate --json')).json()).toMatchObject({ ok: true, warnings: [] });
  expect((await run('seed')).out).toContain('rows are loaded');
  expect((await run('seed --json')).json()).toMatchObject({ ok: true });
  const file = join(dir, 'backup.tar');
  expect((await run(`backup ${file}`)).out).toContain(file);
  const again = await run(`backup ${file} --json`);
  expect([again.code, again.json(), JSON.parse(again.err)]).toEqual([
    1,
    expect.objectContaining({ ok: false }),
    { error: expect.objectContaining({ code: 'failed', exitCode: 1 }) },
  ]);
  expect((await run(`backup ${file} --overwrite --json`)).json()).toMatchObject({ ok: true, file });
  expect((await run('reconcile')).out).toContain('no difference');
  expect((await run('reconcile --repair --json')).json()).toMatchObject({ ok: true, differences: [] });
  expect((await run('outbox status')).code).toBe(0);
  expect((await run('outbox status --json')).json()).toHaveProperty('outbox.pending', 0);
  expect((await run('reset', false)).code).toBe(1);
  expect((await run('reset', true)).out).toContain('is empty');
  expect((await run('reset --yes --json')).json()).toMatchObject({ ok: true });

  const restored = at(join(dir, 'restored'));
  expect((await restored(`restore ${file}`)).out).toContain('is as of');
  expect((await restored(`restore ${file}`)).err).toContain('--force');
  expect((await restored(`restore ${file} --force --json`)).json()).toMatchObject({ ok: true });
  expect((await restored(`outbox replay ${file}.none --json`)).code).toBe(1);
  expect((await restored('doctor')).out).toMatch(/\d+ ok, \d+ warnings, 0 failures/);
  expect((await restored('doctor --json')).json()).toHaveProperty('checks');
});

test('beside a server: seed goes through it, what needs the directory alone refuses', async () => {
  await using app = await startTestApp({ env: { CLASSIC_API: 'keyed' } });
  const run = at(app.dataDir);
  expect((await run('seed')).code).toBe(0);
  expect((await run('links list --json')).json<{ data: unknown[] }>().data).toHaveLength(20);
  const reset = await run('reset --yes');
  expect([reset.code, reset.err]).toEqual([1, expect.stringContaining('stop the server first')]);
  expect((await run('doctor')).out).toContain(`process ${app.pid} at ${app.baseUrl}`);
});

describe('config', () => {
  test('shows what takes effect, and of a secret only that it is set', async () => {
    const run = at('/srv/waymark', { BOOTSTRAP_API_KEY: 'a-secret-of-some-length', LOG_LEVEL: 'warn' });
    const { out } = await run('config');
    expect(out).toContain('\nLOG_LEVEL=warn\n');
    expect(out).toContain('\n#HOST=127.0.0.1\n');
    expect(out).toContain('\nBOOTSTRAP_API_KEY=[redacted]\n');
    expect(out).not.toContain('a-secret-of-some-length');
    const { options } = (await run('config --json')).json<{ options: { name: string }[] }>();
    expect(options).toContainEqual(
      expect.objectContaining({ name: 'DATA_DIR', value: '/srv/waymark', source: 'environment' }),
    );
  });

  test('one that can not be used ends every operator command with 78, all problems listed', async () => {
    const run = at('/srv/waymark', { LOG_LEVEL: 'loud', OUTBOX_SYNC_MS: 'x' });
    for (const line of ['config', 'migrate', 'serve', 'backup /tmp/x']) expect((await run(line)).code).toBe(78);
    const { err } = await run('config');
    expect(err).toContain('\n  - LOG_LEVEL');
    expect(err).toContain('\n  - OUTBOX_SYNC_MS');
    expect((await run('doctor')).code).toBe(1);
  });
});

test('serve runs the server on --data-dir until a signal, and keys need no key beside it', async () => {
  const dataDir = join(temporaryDirectory(), 'data');
  const launcher = join(import.meta.dirname, '../bin/waymark.mjs');
  const child = spawn('node', [launcher, 'serve', '--json', '--data-dir', dataDir], {
    env: { PATH: process.env.PATH ?? '', PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<number | null>((resolve) => child.on('close', resolve));
  for await (const line of createInterface(child.stdout)) if (line.includes('Waymark is ready')) break;
  const key = await waymark(['keys', 'create', '--name', 'me', '--scope', 'admin', '--data-dir', dataDir]);
  expect(key.out).toMatch(/^wm_/);
  child.kill('SIGTERM');
  expect(await exited).toBe(0);
  expect(existsSync(join(dataDir, 'admin.token'))).toBe(false);
});
