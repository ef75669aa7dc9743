import { afterEach, beforeEach, expect, test } from 'bun:test';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { restoreCommand } from '../../src/commands/restore.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { startTestApp } from '../start-app.ts';
import { audit, expectExactly } from './audit.ts';
import { removeDataDir, SHARES, seededDataDir } from './data-dir.ts';
import { settled } from './settled.ts';
import { pause, Visitors } from './visitors.ts';

const CHILD = join(import.meta.dirname, 'backup-child.ts');
const KILLS = 6;

let dir: string;
let target: string;
beforeEach(() => {
  dir = seededDataDir();
  target = mkdtempSync(join(tmpdir(), 'waymark-backups-'));
});
afterEach(() => {
  removeDataDir(dir);
  removeDataDir(target);
});

/** Runs a backup in a process, killed after `killAfterMs` where it is given. Returns its exit code, null when it was killed. */
async function backUp(file: string, killAfterMs: number | null): Promise<number | null> {
  const child = spawn(process.execPath, [CHILD, dir, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.stdout.resume();
  if (killAfterMs !== null) {
    await pause(killAfterMs);
    child.kill('SIGKILL');
  }
  return ended;
}

/** Puts a backup into a new directory, which checks the whole of it first. */
async function restore(file: string, into: string): Promise<void> {
  const io = { print: () => {}, warn: () => {}, confirm: async () => false };
  expect(await restoreCommand(loadConfig({ DATA_DIR: into }), { file, force: false }, io)).toMatchObject({
    exitCode: 0,
  });
}

test('kill -9 of backups under load: a file that is there is whole, and neither clicks nor the next backup suffer', async () => {
  const app = await startTestApp({ dataDir: dir });
  const visitors = new Visitors({ codes: SHARES, connections: 8, pauseMs: 2 });
  try {
    visitors.visit(app.port);
    await pause(300);
    let killed = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const file = join(target, `killed-${kill}.tar`);
      const code = await backUp(file, Math.random() * 150);
      if (code === null) killed++;
      if (existsSync(file)) await restore(file, join(target, `restored-${kill}`));
      else expect(code).not.toBe(0);
    }
    expect(killed).toBeGreaterThan(0);
    const before = visitors.total.redirected;
    const file = join(target, 'whole.tar');
    expect(await backUp(file, null)).toBe(0);
    const after = visitors.total.sent;
    await visitors.leave();
    await settled(app);
    expect(await app.stop()).toEqual({ code: 0, signal: null });
    expectExactly(audit(dir).clicks, visitors.tallies);

    const restored = join(target, 'restored');
    await restore(file, restored);
    const again = await startTestApp({ dataDir: restored });
    await settled(again);
    expect(await again.stop()).toEqual({ code: 0, signal: null });
    const { total } = audit(restored);
    expect(total).toBeGreaterThanOrEqual(before);
    expect(total).toBeLessThanOrEqual(after);
  } finally {
    await visitors.leave(0);
    await app.kill();
  }
}, 60_000);
