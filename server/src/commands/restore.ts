import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { extractTar } from '../platform/tar.ts';
import { checkDatabase } from '../storage/sqlite/check-database.ts';
import { DATABASE_FILE } from '../storage/sqlite/database.ts';
import { POSTGRES_BACKUP } from './backup.ts';
import { type BackupManifest, MANIFEST_NAME, parseManifest } from './backup-manifest.ts';
import { type CommandIo, type CommandResult, conclude, dataPaths, formatBytes } from './command.ts';
import { isScaledOut } from './postgres/with-pool.ts';
import { withDataDir } from './with-data-dir.ts';

/** What a backup may hold: its names become paths, so no other is taken. */
const NAMES = /^(manifest\.json|waymark\.db|outbox\/(raw-\d{12}\.seg|sealed-\d{12}\.log))$/;

const LEFT_OVER = /^restore-\d+$/;

export interface RestoreResult extends CommandResult {
  manifest: BackupManifest | null;
  /** Where the data that was there before is now; null where there was none. */
  movedTo: string | null;
}

/**
 * Puts a backup into an empty data directory; with `force` what is there is moved aside within it.
 * The next start makes a new edge id and delivers the old outbox under its own, by range, so each click counts once.
 * Shape: nothing is touched before the whole backup has been checked.
 */
export async function restoreCommand(
  config: Config,
  args: { file: string; force: boolean },
  io: CommandIo,
  now: Clock = systemClock,
): Promise<RestoreResult> {
  if (isScaledOut(config))
    return conclude(io, { exitCode: 1, message: POSTGRES_BACKUP, manifest: null, movedTo: null });
  const { dataDir, outbox } = dataPaths(config);
  const outcome = await withDataDir(config, () => {
    const present = dataFiles(dataDir);
    if (present.length > 0 && !args.force) {
      throw new Error(
        `${dataDir} holds ${present.join(', ')}: restore into an empty directory, or give --force, which moves them aside`,
      );
    }
    for (const name of readdirSync(dataDir)) {
      if (LEFT_OVER.test(name)) rmSync(join(dataDir, name), { recursive: true }); // Of a restore that was killed.
    }
    const stage = join(dataDir, `restore-${process.pid}`);
    try {
      const manifest = unpack(args.file, stage, io);
      const movedTo = present.length > 0 ? moveAside(dataDir, present, now()) : null;
      // The outbox first: a database alone would look like a whole restore.
      mkdirSync(outbox, { recursive: true, mode: 0o700 });
      for (const name of readdirSync(join(stage, 'outbox')))
        renameSync(join(stage, 'outbox', name), join(outbox, name));
      syncDirectory(outbox);
      renameSync(join(stage, DATABASE_FILE), join(dataDir, DATABASE_FILE));
      syncDirectory(dataDir);
      return { manifest, movedTo };
    } finally {
      rmSync(stage, { recursive: true, force: true });
    }
  });
  if ('failed' in outcome) return conclude(io, { exitCode: 1, message: outcome.failed, manifest: null, movedTo: null });
  const { manifest, movedTo } = outcome.done;
  if (movedTo !== null) {
    io.warn(`what was there is in ${movedTo}; for clicks that only its outbox has: waymark outbox replay ${movedTo}`);
  }
  const waiting =
    manifest.pendingClicks > 0
      ? `; ${manifest.pendingClicks} clicks of the outbox are delivered when the server starts`
      : '';
  const message = `${dataDir} is as of ${manifest.createdAt} (release ${manifest.release})${waiting}`;
  return conclude(io, { exitCode: 0, message, manifest, movedTo });
}

/** Ours in a data directory; what else lies there (place databases, the lock) stays. */
function dataFiles(dataDir: string): string[] {
  return readdirSync(dataDir).filter(
    (name) => name.startsWith(DATABASE_FILE) || (name === 'outbox' && readdirSync(join(dataDir, name)).length > 0),
  );
}

/** Errors: throws when the archive is cut, not whole, or not what its manifest says. */
function unpack(file: string, stage: string, io: CommandIo): BackupManifest {
  mkdirSync(join(stage, 'outbox'), { recursive: true, mode: 0o700 });
  const entries = extractTar(file, (name) => {
    if (!NAMES.test(name)) throw new Error(`${file} holds ${JSON.stringify(name)}, which no backup has`);
    return join(stage, name);
  });
  const manifestFile = join(stage, MANIFEST_NAME);
  if (!existsSync(manifestFile)) throw new Error(`${file} has no ${MANIFEST_NAME}: it is not a complete backup`);
  const manifest = parseManifest(readFileSync(manifestFile, 'utf8'));
  for (const { name, size, sha256 } of manifest.files) {
    const found = entries.find((entry) => entry.name === name);
    if (found?.size !== size || found.sha256 !== sha256) throw new Error(`${name} in ${file} is damaged`);
    io.print(`${name}: ${formatBytes(size)} checked`);
  }
  const report = checkDatabase(join(stage, DATABASE_FILE));
  if (report === null) throw new Error(`${file} holds no database`);
  if (report.problem !== null) throw new Error(`the database in ${file} is damaged: ${report.problem}`);
  if (report.schema > report.known)
    throw new Error(`${file} was made by a newer Waymark (schema ${report.schema}): restore it with that`);
  return manifest;
}

function moveAside(dataDir: string, names: string[], now: number): string {
  const target = join(dataDir, `before-restore-${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}`);
  mkdirSync(target, { mode: 0o700 });
  for (const name of names) renameSync(join(dataDir, name), join(target, name));
  return target;
}

function syncDirectory(dir: string): void {
  const fd = openSync(dir, 'r');
  fsyncSync(fd);
  closeSync(fd);
}
