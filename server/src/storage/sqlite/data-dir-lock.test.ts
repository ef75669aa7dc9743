import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataDirInUseError, dataDirHolder, lockDataDir } from './data-dir-lock.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'waymark-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A process that takes the lock and keeps it until it is killed. */
async function otherProcess() {
  const module = join(import.meta.dir, 'data-dir-lock.ts');
  const child = Bun.spawn(
    [
      process.execPath,
      '-e',
      `import { lockDataDir } from ${JSON.stringify(module)}; const lock = lockDataDir(${JSON.stringify(dir)}); console.log('held'); setInterval(() => lock, 1000);`,
    ],
    { stdout: 'pipe' },
  );
  const { value } = await child.stdout.getReader().read();
  expect(new TextDecoder().decode(value)).toContain('held');
  return child;
}

test('a second lock in the same process is refused, and granted after the release', () => {
  const first = lockDataDir(dir);
  expect(() => lockDataDir(dir)).toThrow(`in use by process ${process.pid}`);
  first.release();
  lockDataDir(dir).release();
});

test('a lock of another process is refused with its pid and is gone the moment that process is killed', async () => {
  const child = await otherProcess();
  expect(dataDirHolder(dir)).toEqual({ pid: child.pid });
  let refused: unknown;
  try {
    lockDataDir(dir);
  } catch (error) {
    refused = error;
  }
  expect(refused).toBeInstanceOf(DataDirInUseError);
  expect((refused as DataDirInUseError).pid).toBe(child.pid);
  child.kill('SIGKILL');
  await child.exited;
  expect(dataDirHolder(dir)).toBeNull();
  lockDataDir(dir).release();
});

test('asking who holds a directory that was never used makes nothing', () => {
  const unused = join(dir, 'unused');
  expect(dataDirHolder(unused)).toBeNull();
  expect(existsSync(unused)).toBe(false);
});

test('a missing directory is made', () => {
  const lock = lockDataDir(join(dir, 'a', 'b'));
  expect(existsSync(join(dir, 'a', 'b'))).toBe(true);
  lock.release();
});
