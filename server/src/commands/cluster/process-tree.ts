import { readFileSync } from 'node:fs';

/** Processes that a process of this machine has started and not yet seen the end of. */
export function childrenOf(pid: number): number[] {
  if (pid === 0) return [];
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Sends a signal, 0 to ask only; false where there is no such process. */
export function signalProcess(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return pid !== 0 && process.kill(pid, signal);
  } catch {
    return false;
  }
}
