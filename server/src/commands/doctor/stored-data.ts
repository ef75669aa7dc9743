import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { summarizeOutbox } from '../../storage/outbox/outbox-contents.ts';
import { checkDatabase } from '../../storage/sqlite/check-database.ts';
import { readCommitted } from '../../storage/sqlite/committed-ranges.ts';
import { openForReading } from '../../storage/sqlite/database.ts';
import { type DataPaths, dataPaths, formatBytes, reason } from '../command.ts';
import { type Check, fail, ok, warn } from './check.ts';

const AHEAD_MS_MAX = 5 * 60_000;
const YEARS = { from: 2025, to: 2100 };
/** Share of OUTBOX_MAX_BYTES from which on an operator should look. */
const OUTBOX_SHARE = 0.8;

/** Database, outbox, and the clock against what they say. */
export function checkStoredData(config: Config, isRunning: boolean, now: number): Check[] {
  const paths = dataPaths(config);
  return [
    checkDatabaseFile(paths),
    checkOutbox(paths, config.outbox.bytesMax, isRunning),
    checkClock(now, newestFile(paths)),
  ];
}

function checkDatabaseFile({ database }: DataPaths): Check {
  const name = 'database';
  try {
    const report = checkDatabase(database);
    if (report === null) return ok(name, 'not there yet: the first start makes it');
    const { schema, known, problem } = report;
    if (problem !== null)
      return fail(name, problem, 'stop the server and restore the last backup: docs/runbooks/database-damaged.md');
    if (schema > known)
      return fail(
        name,
        `schema ${schema}, this program knows ${known}`,
        'start the newer Waymark again, or restore a backup that was made before it',
      );
    return ok(
      name,
      schema < known
        ? `sound, schema ${schema}: the next start brings it to ${known}`
        : `sound, schema ${schema}, ${formatBytes(statSync(database).size)}`,
    );
  } catch (error) {
    return fail(
      name,
      reason(error),
      'check that this is a Waymark database and that it can be read: docs/runbooks/database-damaged.md',
    );
  }
}

function checkOutbox({ database, outbox }: DataPaths, bytesMax: number, isRunning: boolean): Check {
  const name = 'outbox';
  try {
    const { pending, bytes } = summarizeOutbox(outbox, committedIn(database));
    const found = `${pending} clicks wait, ${formatBytes(bytes)}`;
    if (bytes > bytesMax * OUTBOX_SHARE) {
      return warn(
        name,
        `${found}, of at most ${formatBytes(bytesMax)}`,
        'find out why the database does not take clicks (/ready says): docs/runbooks/clicks-late.md',
      );
    }
    return ok(name, isRunning || pending === 0 ? found : `${found}: they are delivered when the server starts`);
  } catch (error) {
    return fail(name, reason(error), 'check the rights of the files in DATA_DIR/outbox');
  }
}

function committedIn(database: string): ReturnType<typeof readCommitted> {
  if (!existsSync(database)) return new Map();
  const db = openForReading(database);
  try {
    return readCommitted(db);
  } finally {
    db.close();
  }
}

/** `newestFileAt`: when a file of the data directory was last written, or null. Times in epoch ms. */
export function checkClock(now: number, newestFileAt: number | null): Check {
  const name = 'clock';
  const found = new Date(now).toISOString();
  const year = new Date(now).getUTCFullYear();
  if (year < YEARS.from || year > YEARS.to)
    return fail(name, found, 'set the clock: start an NTP client (systemd-timesyncd, chrony)');
  if (newestFileAt !== null && newestFileAt - now > AHEAD_MS_MAX) {
    return fail(
      name,
      `${found}, but a file of the data directory was written at ${new Date(newestFileAt).toISOString()}`,
      'the clock went back: start an NTP client',
    );
  }
  return ok(name, found);
}

function newestFile({ dataDir, outbox }: DataPaths): number | null {
  const times = [dataDir, outbox].flatMap((dir) =>
    existsSync(dir)
      ? readdirSync(dir).map((name) => statSync(join(dir, name), { throwIfNoEntry: false })?.mtimeMs ?? 0)
      : [],
  );
  return times.length > 0 ? Math.max(...times) : null;
}
