import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own, small enough to fill. */
export interface SmallDisk extends Disposable {
  readonly dir: string;
  /** Takes all room there is but `leave` bytes. */
  fill(leave?: number): void;
  free(): void;
}

/** Why no small disk can be had here; null where it can. */
export function whyNoSmallDisk(): string | null {
  const probe = tryMount(1);
  if ('reason' in probe) return probe.reason;
  probe[Symbol.dispose]();
  return null;
}

export function smallDisk(megabytes: number): SmallDisk {
  const disk = tryMount(megabytes);
  if ('reason' in disk) throw new Error(disk.reason);
  return disk;
}

function tryMount(megabytes: number): SmallDisk | { reason: string } {
  if (process.platform !== 'linux') return { reason: 'a tmpfs can be mounted on Linux alone' };
  const dir = mkdtempSync(join(tmpdir(), 'waymark-disk-'));
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir], { encoding: 'utf8' });
  if (mount.status !== 0) {
    rmdirSync(dir);
    return { reason: `a tmpfs can't be mounted: ${(mount.stderr || String(mount.error)).trim()}` };
  }
  const ballast = join(dir, 'ballast');
  return {
    dir,
    fill: (leave = 0) => {
      takeAll(ballast);
      if (leave > 0) spawnSync('truncate', ['-s', `-${leave}`, ballast]);
    },
    free: () => rmSync(ballast, { force: true }),
    [Symbol.dispose]() {
      spawnSync('umount', ['-l', dir]);
      rmdirSync(dir);
    },
  };
}

function takeAll(path: string): void {
  const fd = openSync(path, 'a');
  try {
    for (let size = 1024 * 1024; size >= 4096; size >>= 1) {
      const block = Buffer.alloc(size, 1);
      try {
        while (writeSync(fd, block) > 0);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(fd);
  }
}
