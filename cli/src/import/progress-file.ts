import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** How far an import of a file has come: kept beside the file, so that the same command goes on after any end. */
export interface ImportProgress {
  format: 1;
  /** Of the file's content and the mapping: what the rest of this is true for. */
  sha256: string;
  mapping: string;
  server: string;
  /** Leads the Idempotency-Key of each request: a request that is sent again is answered again, not done again. */
  runId: string;
  chunksDone: number;
  rowsDone: number;
  created: number;
  refused: number;
  /** Length of the report of refused rows after those chunks. */
  reportBytes: number;
  /** When the last chunk was done, or the import begun. RFC 3339. */
  at: string;
}

export function progressPath(file: string): string {
  return `${file}.waymark-import.json`;
}

/** Null where no import of this file is under way. */
export function readProgress(file: string): ImportProgress | null {
  const path = progressPath(file);
  if (!existsSync(path)) return null;
  try {
    const progress = JSON.parse(readFileSync(path, 'utf8')) as ImportProgress;
    return progress.format === 1 ? progress : null;
  } catch {
    return null; // Half of one can't be there: it is renamed into place.
  }
}

/** Shape: on the disk, whole, when it returns. */
export function writeProgress(file: string, progress: ImportProgress): void {
  const path = progressPath(file);
  const stage = `${path}.new`;
  writeFileSync(stage, JSON.stringify(progress));
  const fd = openSync(stage, 'r');
  fsyncSync(fd);
  closeSync(fd);
  renameSync(stage, path);
}

export function removeProgress(file: string): void {
  rmSync(progressPath(file), { force: true });
}
