import { execFile } from 'node:child_process';
import { SYSTEM_PATH } from './own-process.ts';

/**
 * Runs a short command and returns what it printed, without the last line break.
 * Errors: rejects with what it wrote to standard error when it fails or takes longer than `withinMs`.
 */
export function runToEnd(command: string, args: readonly string[], withinMs = 60_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: { PATH: SYSTEM_PATH, TZ: 'UTC' }, timeout: withinMs, maxBuffer: 256 * 1024 * 1024 };
    execFile(command, [...args], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout.replace(/\n$/, ''));
      else reject(new Error(`${command}: ${stderr.trim() || error.message}`, { cause: error }));
    });
  });
}
