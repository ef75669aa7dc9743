import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { DATABASE_FILE } from '../storage/sqlite/database.ts';

/** How a command talks to whoever runs it. What a program wants to know is in the command's result instead. */
export interface CommandIo {
  print(line: string): void;
  warn(line: string): void;
  /** Asks a yes-or-no question; false where nobody can answer. */
  confirm(question: string): Promise<boolean>;
}

/** `exitCode` 0: done. 1: not done, or something is wrong; `message` says what. */
export interface CommandResult {
  exitCode: 0 | 1;
  message: string;
}

export interface DataPaths {
  dataDir: string;
  database: string;
  outbox: string;
}

/** The data directory's parts. Nothing of it need be there. */
export function dataPaths(config: Config): DataPaths {
  const { dataDir } = config.storage;
  return { dataDir, database: join(dataDir, DATABASE_FILE), outbox: join(dataDir, 'outbox') };
}

/** Prints or warns of the outcome and hands it back. */
export function conclude<Result extends CommandResult>(io: CommandIo, result: Result): Result {
  if (result.exitCode === 0) io.print(result.message);
  else io.warn(result.message);
  return result;
}

export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
