import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

/** Where Debian's packages put their programs. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface OwnProcessOptions {
  command: string;
  args: readonly string[];
  /** Takes standard output and error, appended. */
  logFile: string;
  /** The environment beside PATH and the time zone UTC; nothing is inherited. */
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  /** Another user to run as; needs root. */
  user?: string | null;
  /** Cores to run on, as taskset takes them: `0` or `0,1`. Default: all. */
  cores?: string | null;
  /** What the process gets when the one that started it dies, however it dies. Default SIGTERM. */
  onParentDeath?: NodeJS.Signals;
}

/** How a process ended: its exit code, or the signal that ended it. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process that this one started and answers for. It never outlives this one. */
export class OwnProcess {
  readonly pid: number;
  readonly logFile: string;
  readonly ended: Promise<ProcessEnd>;
  private end: ProcessEnd | null = null;

  constructor(options: OwnProcessOptions) {
    this.logFile = options.logFile;
    const child = spawnInto(options);
    this.pid = child.pid ?? 0;
    this.ended = new Promise((resolve) => {
      const settle = (end: ProcessEnd) => {
        this.end = end;
        resolve(end);
      };
      child.on('exit', (code, signal) => settle({ code, signal }));
      child.on('error', () => settle({ code: 127, signal: null }));
    });
  }

  get isRunning(): boolean {
    return this.end === null;
  }

  /** Sends a signal; to one that has ended, nothing. */
  signal(signal: NodeJS.Signals): void {
    if (this.end !== null || this.pid === 0) return;
    try {
      process.kill(this.pid, signal);
    } catch {
      // It ended just now.
    }
  }

  /** Sends a signal and waits for the end; kills what has not ended in time. Units: ms. */
  async finish(signal: NodeJS.Signals, withinMs = 10_000): Promise<ProcessEnd> {
    this.signal(signal);
    const timer = setTimeout(() => this.signal('SIGKILL'), withinMs);
    const end = await this.ended;
    clearTimeout(timer);
    return end;
  }

  /** The last lines it wrote. */
  tail(lines = 15): string {
    try {
      return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
    } catch {
      return '';
    }
  }
}

/** @NOTE setpriv and taskset replace themselves by what they start, so the pid is that of the command itself. */
function spawnInto(options: OwnProcessOptions): ChildProcess {
  const { command, args, logFile, cwd, user = null, cores = null, onParentDeath = 'SIGTERM' } = options;
  const as = user === null ? [] : [`--reuid=${user}`, `--regid=${user}`, '--init-groups'];
  const pinned = cores === null ? [] : ['taskset', '-c', cores];
  const log = openSync(logFile, 'a');
  try {
    return spawn('setpriv', [`--pdeathsig=${onParentDeath.slice(3)}`, ...as, '--', ...pinned, command, ...args], {
      env: { PATH: SYSTEM_PATH, TZ: 'UTC', ...options.env },
      detached: true, // A group of its own: Ctrl-C is for this process, which ends the others in order.
      stdio: ['ignore', log, log],
      ...(cwd !== undefined && { cwd }),
    });
  } finally {
    closeSync(log);
  }
}
