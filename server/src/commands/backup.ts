import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { TarWriter } from '../platform/tar.ts';
import { copyPart } from '../storage/outbox/adopt.ts';
import { type OutboxContents, readOutbox, seqsIn } from '../storage/outbox/outbox-contents.ts';
import { type EdgeRanges, rangesOf } from '../storage/outbox/seq-ranges.ts';
import { readCommitted } from '../storage/sqlite/committed-ranges.ts';
import { copyDatabase } from '../storage/sqlite/copy-database.ts';
import { dataDirHolder } from '../storage/sqlite/data-dir-lock.ts';
import { DATABASE_FILE, openForReading } from '../storage/sqlite/database.ts';
import { type BackupManifest, MANIFEST_NAME } from './backup-manifest.ts';
import { type CommandIo, type CommandResult, conclude, dataPaths, formatBytes, reason } from './command.ts';
import { isScaledOut } from './postgres/with-pool.ts';

/** What stands in for this command on PostgreSQL. */
export const POSTGRES_BACKUP =
  'PostgreSQL is backed up and restored by its own tools, the outboxes of edges as files: docs/operations/backup-and-restore.md says how';
/** How long a running server is given to ingest what it had accepted when the backup began. */
const SETTLE_MS = 5000;
const SETTLE_STEP_MS = 50;

export interface BackupResult extends CommandResult {
  file: string;
  /** Of the whole file; null where there is none. */
  bytes: number | null;
  pendingClicks: number | null;
}

/**
 * Copies database and outbox into one file while a server runs. The outbox is copied first: a click that leaves it
 * meanwhile is in the database by the time that is copied.
 * Shape: `file` is there only when it is complete and on the disk. A file of that name is replaced only with `overwrite`.
 */
export async function backupCommand(
  config: Config,
  args: { file: string; overwrite?: boolean },
  io: CommandIo,
  now: Clock = systemClock,
): Promise<BackupResult> {
  const file = resolve(args.file);
  const stage = `${file}.partial-${process.pid}`;
  const failed = (message: string) =>
    conclude<BackupResult>(io, { exitCode: 1, message, file, bytes: null, pendingClicks: null });
  if (isScaledOut(config)) return failed(POSTGRES_BACKUP);
  if (existsSync(file) && args.overwrite !== true) return failed(`${file} is there already: name another file`);
  if (!existsSync(dataPaths(config).database)) return failed(`there is no database in ${config.storage.dataDir}`);
  try {
    mkdirSync(join(stage, 'outbox'), { recursive: true, mode: 0o700 });
    const { pendingClicks, archive, bytes } = await writeBackup(config, stage, io, now);
    renameSync(archive, file);
    syncDirectory(dirname(file));
    const waiting = pendingClicks > 0 ? `, ${pendingClicks} clicks of the outbox among them` : '';
    return conclude(io, {
      exitCode: 0,
      message: `${file}: ${formatBytes(bytes)}${waiting}`,
      file,
      bytes,
      pendingClicks,
    });
  } catch (error) {
    return failed(`the backup is not complete, and ${file} was not written: ${reason(error)}`);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

async function writeBackup(
  config: Config,
  stage: string,
  io: CommandIo,
  now: Clock,
): Promise<{ archive: string; bytes: number; pendingClicks: number }> {
  const paths = dataPaths(config);
  const createdAt = now();
  const copied = copyOutbox(paths.outbox, join(stage, 'outbox'));
  io.print(`outbox: ${copied.raw.length} segments and ${copied.sealed.length} sealed files copied`);
  if (dataDirHolder(paths.dataDir) !== null) await settle(paths.database, copied);

  const database = join(stage, DATABASE_FILE);
  io.print('database: copying');
  const { bytes, schema } = copyDatabase(paths.database, database);
  io.print(`database: ${formatBytes(bytes)} copied, visitor salts left out`);

  const committed = committedIn(database);
  const needed = notIn(copied, committed);
  const pendingClicks = [...seqsIn(needed)].reduce(
    (sum, [edgeId, seqs]) => sum + seqs.countBeyond(rangesOf(committed, edgeId)),
    0,
  );
  if (needed.raw.length > 0) {
    io.warn(
      'the backup holds clicks that are not sealed yet, with the addresses of their visitors: keep it as you keep those',
    );
  }

  const archive = join(stage, 'backup.tar');
  const tar = new TarWriter(archive);
  try {
    const files = [tar.addFile(DATABASE_FILE, database, bytes, createdAt)];
    for (const { path, usedBytes } of [...needed.raw, ...needed.sealed]) {
      files.push(tar.addFile(`outbox/${basename(path)}`, path, usedBytes, createdAt));
    }
    const manifest: BackupManifest = {
      kind: 'waymark-backup',
      format: 1,
      createdAt: new Date(createdAt).toISOString(),
      release: config.release.version,
      schema,
      pendingClicks,
      files,
    };
    tar.addText(MANIFEST_NAME, JSON.stringify(manifest, null, 2), createdAt);
    tar.finish();
    return { archive, bytes: Bun.file(archive).size, pendingClicks };
  } finally {
    tar.close();
  }
}

/** Shape: raw segments before sealed files, so a click that is sealed meanwhile is in both copies rather than in none. */
function copyOutbox(from: string, to: string): OutboxContents {
  const { raw, sealed } = readOutbox(from);
  const copy = <File extends { path: string; usedBytes: number }>(file: File): File[] => {
    const path = join(to, basename(file.path));
    try {
      copyPart(file.path, path, file.usedBytes);
      return [{ ...file, path }];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []; // Sealed, or committed, since it was listed.
      throw error;
    }
  };
  const copiedRaw = raw.flatMap(copy);
  // A segment that went away was sealed meanwhile, so sealed files are listed anew.
  const sealedNow = copiedRaw.length === raw.length ? sealed : readOutbox(from).sealed;
  return { raw: copiedRaw, sealed: sealedNow.flatMap(copy) };
}

/** Waits until the database has all that was copied, so that no raw click need be in the backup. */
async function settle(database: string, copied: OutboxContents): Promise<void> {
  const deadline = performance.now() + SETTLE_MS;
  while (performance.now() < deadline) {
    const { raw, sealed } = notIn(copied, committedIn(database));
    if (raw.length + sealed.length === 0) return;
    await Bun.sleep(SETTLE_STEP_MS);
  }
}

/** The files that hold anything the database does not have. */
function notIn({ raw, sealed }: OutboxContents, committed: EdgeRanges): OutboxContents {
  const has = (edgeId: string, first: number, last: number) => rangesOf(committed, edgeId).covers(first, last);
  return {
    raw: raw.filter(({ edgeId, firstSeq, lastSeq }) => !has(edgeId, firstSeq, lastSeq)),
    sealed: sealed.filter(
      ({ frames }) => !frames.every(({ edgeId, firstSeq, lastSeq }) => has(edgeId, firstSeq, lastSeq)),
    ),
  };
}

function committedIn(database: string): EdgeRanges {
  const db = openForReading(database);
  try {
    return readCommitted(db);
  } finally {
    db.close();
  }
}

function syncDirectory(dir: string): void {
  const fd = openSync(dir, 'r');
  fsyncSync(fd);
  closeSync(fd);
}
