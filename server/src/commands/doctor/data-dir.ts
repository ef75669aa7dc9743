import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatBytes, reason } from '../command.ts';
import { type Check, fail, ok, warn } from './check.ts';

const DISK_BYTES_LOW = 2 * 1024 ** 3;
const DISK_BYTES_MIN = 256 * 1024 ** 2;

/** The directory, its rights, the room and the file system it lies on. */
export function checkDataDir(dir: string): Check[] {
  let place = dir;
  while (!existsSync(place)) place = dirname(place);
  const { type, bavail, bsize } = statfsSync(place);
  return [checkRights(dir, place), checkDisk(bavail * bsize), checkFileSystem(type >>> 0)];
}

function checkRights(dir: string, place: string): Check {
  try {
    accessSync(place, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    return fail(
      'data directory',
      `${place} can't be written (${reason(error)})`,
      `let the user that runs Waymark own it: chown -R "$(id -un)" ${place}`,
    );
  }
  if (place !== dir) return ok('data directory', `${dir} is not there yet: the first start makes it`);
  const stat = statSync(dir);
  if (!stat.isDirectory()) return fail('data directory', `${dir} is no directory`, 'let DATA_DIR name a directory');
  const others = stat.mode & 0o077;
  if (others === 0) return ok('data directory', dir);
  return warn(
    'data directory',
    `${dir} is open to other users (mode ${(stat.mode & 0o777).toString(8)})`,
    `it holds what is known of visitors: chmod 700 ${dir}`,
  );
}

export function checkDisk(bytesFree: number): Check {
  const found = `${formatBytes(bytesFree)} free`;
  if (bytesFree < DISK_BYTES_MIN)
    return fail('disk', found, 'make room: when the disk is full redirects go on, but clicks are dropped');
  if (bytesFree < DISK_BYTES_LOW)
    return warn('disk', found, 'make room for the outbox, which may take OUTBOX_MAX_BYTES when the database is away');
  return ok('disk', found);
}

/** Names of f_type. Source: statfs(2), linux/magic.h. */
const ORDINARY = new Map([
  [0xef53, 'ext4'],
  [0x58465342, 'xfs'],
  [0xf2f52010, 'f2fs'],
]);
const NETWORK = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB 2'],
  [0x01021997, '9p'],
  [0x00c36400, 'Ceph'],
]);
const COPY_ON_WRITE = new Map([
  [0x9123683e, 'btrfs'],
  [0x2fc12fc1, 'zfs'],
]);
const FUSE = 0x65735546;
const TMPFS = 0x01021994;
const OVERLAY = 0x794c7630;

/** `type`: f_type of statfs(2), unsigned. */
export function checkFileSystem(type: number): Check {
  const name = 'file system';
  const network = NETWORK.get(type);
  if (network) {
    return fail(name, network, 'SQLite and the memory-mapped outbox need a local disk: point DATA_DIR at one');
  }
  const copying = COPY_ON_WRITE.get(type);
  if (copying) {
    const advice =
      copying === 'btrfs'
        ? 'before the first start: chattr +C on the empty DATA_DIR'
        : 'a dataset with recordsize=16k suits the database';
    return warn(
      name,
      `${copying} copies on write, so a full disk can stop writes into outbox segments that were already made`,
      `${advice}; keep some of the disk free`,
    );
  }
  if (type === FUSE)
    return warn(
      name,
      'FUSE',
      'make sure that what is behind it is a local disk with shared memory maps and POSIX locks',
    );
  if (type === TMPFS)
    return warn(name, 'tmpfs: everything is gone after a restart of the machine', 'point DATA_DIR at a disk');
  if (type === OVERLAY)
    return warn(
      name,
      'the writable layer of a container: everything is gone with the container',
      'mount a volume at DATA_DIR',
    );
  return ok(name, ORDINARY.get(type) ?? `type 0x${type.toString(16)}`);
}
