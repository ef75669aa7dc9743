import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LIMITS } from '@waymark/contract';
import { createApp } from '../app.ts';
import type { Config } from '../config/config.ts';
import { createLog } from '../platform/logger.ts';
import { readSampleFile } from '../platform/sample-data.ts';
import { dataDirHolder } from '../storage/sqlite/data-dir-lock.ts';
import { type CommandIo, type CommandResult, conclude, reason } from './command.ts';
import { csvParts } from './csv-parts.ts';
import { ask, localServer, type ServerAddress } from './server-address.ts';

const PART_TIMEOUT_MS = 300_000;

/** The files of a data set in the order that their references need, and where each goes. */
const FILES = [
  { file: 'users.csv', path: '/users/bulk' },
  { file: 'urls.csv', path: '/urls/import' },
  { file: 'events.csv', path: '/events/bulk' },
] as const;

/** What became of one file. `errors` and `warnings` name rows of the file, from 1. */
export interface SeededFile {
  file: string;
  count: number;
  created: number;
  updated: number;
  skipped: number;
  failed: number;
  errors: { row: number; error: string }[];
  warnings: string[];
}

export interface SeedResult extends CommandResult {
  files: SeededFile[];
}

/**
 * Loads users.csv, urls.csv and events.csv with their ids, by the rules of the imports; again changes nothing.
 * `from`: a directory, or `bundled`. A server that runs on the data directory (or the one at `url`) takes the files over
 * HTTP; where none runs, one is started for the length of the command, on a free loopback port.
 */
export async function seedCommand(
  config: Config,
  args: { from: string; url?: string | undefined; key?: string | undefined },
  io: CommandIo,
): Promise<SeedResult> {
  const files: SeededFile[] = [];
  try {
    const isRunning = args.url !== undefined || dataDirHolder(config.storage.dataDir) !== null;
    if (isRunning) {
      const server = localServer(config, args);
      if (server === null)
        throw new Error('a server runs on the data directory, but its address is not known: give --url');
      await seedOver(server, args.from, files, io);
    } else {
      await seedOffline(config, args.from, files, io);
    }
  } catch (error) {
    return conclude(io, { exitCode: 1, message: reason(error), files });
  }
  const failed = files.reduce((sum, file) => sum + file.failed, 0);
  const rows = files.reduce((sum, file) => sum + file.count, 0);
  if (failed > 0) return conclude(io, { exitCode: 1, message: `${failed} of ${rows} rows could not be loaded`, files });
  return conclude(io, { exitCode: 0, message: `${rows} rows are loaded`, files });
}

async function seedOffline(config: Config, from: string, files: SeededFile[], io: CommandIo): Promise<void> {
  const { access } = config;
  const alone: Config = {
    ...config,
    listen: { host: '127.0.0.1', port: 0 },
    site: { ...config.site, shortHosts: [], appHost: null },
    access: { ...access, classicApi: null, trustedProxies: [] },
  };
  const output = { write: (text: string) => io.warn(text.trimEnd()), flush: () => {} };
  await using log = createLog({ level: 'warn', format: 'pretty', isTerminal: false, output });
  const app = await createApp(alone, log);
  try {
    await seedOver({ url: `http://127.0.0.1:${app.port}`, key: null }, from, files, io);
  } finally {
    await app.stop();
  }
}

async function seedOver(server: ServerAddress, from: string, files: SeededFile[], io: CommandIo): Promise<void> {
  for (const { file, path } of FILES) {
    const seeded = await sendFile(server, path, file, await readDataFile(from, file));
    files.push(seeded);
    const { count, created, updated, skipped, failed } = seeded;
    io.print(`${file}: ${count} rows, ${created} created, ${updated} updated, ${skipped} skipped, ${failed} failed`);
    for (const { row, error } of seeded.errors) io.warn(`${file} row ${row}: ${error}`);
    for (const warning of seeded.warnings) io.warn(`${file} ${warning}`);
  }
}

async function readDataFile(from: string, file: string): Promise<Uint8Array> {
  if (from !== 'bundled') return readFile(join(from, file));
  const content = await readSampleFile(file);
  if (content === null) throw new Error(`${file} is not bundled with this installation`);
  return content;
}

async function sendFile(server: ServerAddress, path: string, file: string, content: Uint8Array): Promise<SeededFile> {
  const total: SeededFile = { file, count: 0, created: 0, updated: 0, skipped: 0, failed: 0, errors: [], warnings: [] };
  for (const part of csvParts(content, LIMITS.uploadBytesMax)) {
    const response = await ask(server, path, PART_TIMEOUT_MS, {
      method: 'POST',
      headers: { 'Content-Type': 'text/csv' },
      body: part as Uint8Array<ArrayBuffer>,
    });
    const answer = (await response.json()) as ImportAnswer;
    if (!response.ok) throw new Error(`${server.url}${path} answered ${response.status}: ${answer.error ?? ''}`);
    addPart(total, answer);
  }
  return total;
}

interface ImportAnswer {
  error?: string;
  count: number;
  created: number;
  updated: number;
  skipped: number;
  errors: { row: number; error: string }[];
  warnings: (string | { row: number; warning: string })[];
}

/** Rows of a later part are numbered on from those before it. */
function addPart(total: SeededFile, answer: ImportAnswer): void {
  const before = total.count;
  total.count += answer.count;
  total.created += answer.created;
  total.updated += answer.updated;
  total.skipped += answer.skipped;
  total.failed += answer.count - answer.created - answer.updated - answer.skipped;
  total.errors.push(...answer.errors.map(({ row, error }) => ({ row: row + before, error })));
  total.warnings.push(
    ...answer.warnings.map((warning) =>
      typeof warning === 'string' ? warning : `row ${warning.row + before}: ${warning.warning}`,
    ),
  );
}
