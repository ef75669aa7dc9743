import type { Config } from '../config/config.ts';
import { DataDirInUseError, lockDataDir } from '../storage/sqlite/data-dir-lock.ts';
import { reason } from './command.ts';

/**
 * Runs what needs the data directory for itself. Shape: an error becomes `{ failed }`, one sentence that says what to do.
 * A server that runs on the directory makes it fail, with nothing done.
 */
export async function withDataDir<T>(
  config: Config,
  work: () => T | Promise<T>,
): Promise<{ done: T } | { failed: string }> {
  let lock: ReturnType<typeof lockDataDir>;
  try {
    lock = lockDataDir(config.storage.dataDir);
  } catch (error) {
    const stop = error instanceof DataDirInUseError ? ': stop the server first' : '';
    return { failed: `${reason(error)}${stop}` };
  }
  try {
    return { done: await work() };
  } catch (error) {
    return { failed: reason(error) };
  } finally {
    lock.release();
  }
}
