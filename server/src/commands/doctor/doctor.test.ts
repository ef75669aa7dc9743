import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { chmodSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestApp, TEST_API_KEY } from '../../../test/start-app.ts';
import { ConfigError } from '../../config/config-error.ts';
import { loadConfig } from '../../config/load-config.ts';
import type { CommandIo } from '../command.ts';
import { doctorCommand } from '../doctor.ts';
import type { Check } from './check.ts';
import { checkDisk, checkFileSystem } from './data-dir.ts';
import { checkPort } from './port.ts';
import { checkBun, checkNode } from './runtime.ts';
import { readyCheck } from './server.ts';
import { checkClock } from './stored-data.ts';

const QUIET: CommandIo = { print: () => {}, warn: () => {}, confirm: async () => false };

describe('single checks', () => {
  const NOW = Date.UTC(2026, 10, 21);
  const cases: [name: string, check: () => Check, status: Check['status'], says: string][] = [
    ['the Bun it was tested with', () => checkBun('1.4.5', '1.4.5'), 'ok', '1.4.5'],
    ['another Bun', () => checkBun('1.3.0', '1.4.5'), 'warn', 'npm ci'],
    ['a Node that will do', () => checkNode('v20.20.2'), 'ok', 'v20'],
    ['an old Node', () => checkNode('v18.1.0'), 'fail', 'install Node 20'],
    ['no Node', () => checkNode(null), 'warn', 'not found'],
    ['room on the disk', () => checkDisk(50 * 1024 ** 3), 'ok', '50.0 GiB'],
    ['little room', () => checkDisk(1024 ** 3), 'warn', 'make room'],
    ['no room', () => checkDisk(1024 ** 2), 'fail', 'dropped'],
    ['ext4', () => checkFileSystem(0xef53), 'ok', 'ext4'],
    ['NFS', () => checkFileSystem(0x6969), 'fail', 'local disk'],
    ['btrfs', () => checkFileSystem(0x9123683e), 'warn', 'chattr +C'],
    ['zfs', () => checkFileSystem(0x2fc12fc1), 'warn', 'recordsize'],
    ['tmpfs', () => checkFileSystem(0x01021994), 'warn', 'restart'],
    ['a container’s own layer', () => checkFileSystem(0x794c7630), 'warn', 'volume'],
    ['a clock that is right', () => checkClock(NOW, NOW - 1000), 'ok', '2026'],
    ['a clock that was never set', () => checkClock(0, null), 'fail', 'NTP'],
    ['a clock that went back', () => checkClock(NOW, NOW + 600_000), 'fail', 'went back'],
    ['a server that is ready', () => readyCheck('it', { status: 'ready', checks: { outbox: 'ok' } }), 'ok', 'is ready'],
    [
      'a server with a full outbox',
      () => readyCheck('it', { status: 'ready', checks: { outbox: 'full' } }),
      'warn',
      'outbox full',
    ],
    [
      'a server that stops',
      () => readyCheck('it', { status: 'not_ready', checks: { process: 'stopping' } }),
      'fail',
      'process stopping',
    ],
  ];
  test.each(cases)('%s', (_, check, status, says) => {
    const found = check();
    expect(found.status).toBe(status);
    expect(`${found.found} ${found.advice}`).toContain(says);
    expect(found.advice === null).toBe(status === 'ok');
  });
});

test('a port that is taken is told with who has it', () => {
  const other = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
  try {
    const check = checkPort({ host: '127.0.0.1', port: other.port });
    expect(check.status).toBe('fail');
    expect(check.found).toContain(`taken by process ${process.pid} (`);
  } finally {
    other.stop(true);
  }
  expect(checkPort({ host: '127.0.0.1', port: other.port })).toMatchObject({ status: 'ok' });
});

test('an address of another machine is told from a port that is taken', () => {
  expect(checkPort({ host: '192.0.2.1', port: 39_999 }).found).toContain('no address of this machine');
});

describe('the whole', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'waymark-doctor-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  const run = (env: Record<string, string>, args: { url?: string; key?: string } = {}) =>
    doctorCommand(loadConfig({ DATA_DIR: dataDir, PORT: '0', ...env }), args, QUIET);
  const named = (checks: Check[], name: string) => checks.find((check) => check.name === name);

  test('every problem of the configuration is a failure', async () => {
    const result = await doctorCommand(new ConfigError(['PORT must be a number.', 'HOST is empty.']), {}, QUIET);
    expect(result.exitCode).toBe(1);
    expect(result.checks.filter(({ status }) => status === 'fail').map(({ found }) => found)).toEqual([
      'PORT must be a number.',
      'HOST is empty.',
    ]);
  });

  test('a fresh installation has no failure, and looking changes nothing', async () => {
    rmSync(dataDir, { recursive: true });
    const { checks, exitCode } = await run({});
    expect(checks.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(exitCode).toBe(0);
    expect(() => chmodSync(dataDir, 0o700)).toThrow('ENOENT');
  });

  test('a directory that others can read, a broken database and a file from the future are found', async () => {
    chmodSync(dataDir, 0o755);
    writeFileSync(join(dataDir, 'waymark.db'), Buffer.alloc(8192, 'x'));
    utimesSync(join(dataDir, 'waymark.db'), new Date(), new Date(Date.now() + 3_600_000));
    const { checks, exitCode } = await run({ WAYMARK_PROT: '1' });
    expect(exitCode).toBe(1);
    expect(named(checks, 'data directory')).toMatchObject({
      status: 'warn',
      advice: expect.stringContaining('chmod 700'),
    });
    expect(named(checks, 'database')).toMatchObject({ status: 'fail' });
    expect(named(checks, 'clock')).toMatchObject({ status: 'fail' });
    expect(named(checks, 'configuration')).toMatchObject({ status: 'warn' });
  });

  test('a running server is asked, and a proxy’s trust is checked through BASE_URL', async () => {
    const proxy = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: (request) => {
        const headers = new Headers(request.headers);
        headers.set('X-Forwarded-For', '203.0.113.9');
        return fetch(`${app.baseUrl}${new URL(request.url).pathname}`, { headers });
      },
    });
    await using app = await startTestApp({ dataDir });
    try {
      const env = { BASE_URL: `http://127.0.0.1:${proxy.port}` };
      const { checks } = await run(env, { key: TEST_API_KEY });
      expect(named(checks, 'server')).toMatchObject({
        status: 'ok',
        found: expect.stringContaining(`process ${app.pid}`),
      });
      expect(named(checks, 'database')).toMatchObject({ status: 'ok' });
      expect(named(checks, 'visitor address')).toMatchObject({
        status: 'fail',
        advice: expect.stringContaining('TRUSTED_PROXIES=127.0.0.1'),
      });
      expect(named((await run(env)).checks, 'visitor address')).toMatchObject({
        status: 'warn',
        found: expect.stringContaining('admin key'),
      });
    } finally {
      await proxy.stop(true);
    }
  });

  test('a server that does not answer is a failure', async () => {
    await using _app = await startTestApp({ dataDir });
    const free = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
    free.stop(true);
    const { checks } = await run({}, { url: `http://127.0.0.1:${free.port}` });
    expect(named(checks, 'server')).toMatchObject({
      status: 'fail',
      found: expect.stringContaining('does not answer'),
    });
  });
});
