import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = join(import.meta.dirname, '../src/main.ts');
const READY = 'Waymark is ready';
/** More than any start takes on a busy machine. */
const READY_MS_MAX = 20_000;

/** The admin key that every test server knows. */
export const TEST_API_KEY = 'test-key-of-the-whole-system';

export interface TestAppOptions {
  /** Default: a new temporary directory, which `Symbol.asyncDispose` removes. */
  dataDir?: string;
  env?: Record<string, string>;
}

/** How a process ended: its exit code, or the signal that ended it. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A Waymark in a process of its own. */
export interface TestApp extends AsyncDisposable {
  readonly pid: number;
  readonly dataDir: string;
  readonly port: number;
  readonly baseUrl: string;
  /** Lines of standard output, and of standard error, so far. */
  readonly log: readonly string[];
  readonly exited: Promise<Exit>;
  /** SIGTERM; settles when the process has ended. */
  stop(): Promise<Exit>;
  /** SIGKILL; settles when the process has ended. */
  kill(): Promise<Exit>;
}

/** A process that was started and may not be ready yet: it can be killed at any moment. */
export interface StartingApp {
  readonly pid: number;
  readonly log: readonly string[];
  readonly exited: Promise<Exit>;
  kill(): Promise<Exit>;
  /** Errors: rejects with the process's output when it ends before it is ready. */
  readonly ready: Promise<TestApp>;
}

/** Starts the server on a free port without waiting for it. */
export function spawnTestApp({ dataDir, env = {} }: TestAppOptions = {}): StartingApp {
  const dir = dataDir ?? mkdtempSync(join(tmpdir(), 'waymark-app-'));
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH ?? '',
      TZ: 'UTC',
      PORT: '0',
      LOG_FORMAT: 'json',
      BOOTSTRAP_API_KEY: TEST_API_KEY,
      ...env,
      DATA_DIR: dir,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  const exited = new Promise<Exit>((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };
  const pid = child.pid ?? 0;
  const ready = portOf(child, log, exited).then(
    (port): TestApp => ({
      pid,
      dataDir: dir,
      port,
      baseUrl: `http://127.0.0.1:${port}`,
      log,
      exited,
      stop: () => end('SIGTERM'),
      kill: () => end('SIGKILL'),
      async [Symbol.asyncDispose]() {
        await end('SIGKILL');
        if (dataDir === undefined) rmSync(dir, { recursive: true, force: true });
      },
    }),
  );
  ready.catch(() => {}); // Who kills it while it starts does not wait for it.
  return { pid, log, exited, kill: () => end('SIGKILL'), ready };
}

/** Starts the server and waits until it is ready. */
export function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  return spawnTestApp(options).ready;
}

function portOf(child: ChildProcess, log: string[], exited: Promise<Exit>): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${why}:\n${log.join('\n')}`));
    const timer = setTimeout(() => fail('the server was not ready in time'), READY_MS_MAX);
    const take = (line: string) => {
      log.push(line);
      if (!line.includes(READY)) return;
      const port = readyPort(line);
      if (port !== null) resolve(port);
    };
    for (const stream of [child.stdout, child.stderr]) if (stream) createInterface(stream).on('line', take);
    void exited.then(({ code, signal }) => {
      clearTimeout(timer);
      fail(`the server ended (${signal ?? code}) before it was ready`);
    });
    void Promise.resolve().then(() => timer.unref());
  });
}

function readyPort(line: string): number | null {
  try {
    const { port } = JSON.parse(line) as { port?: unknown };
    return typeof port === 'number' ? port : null;
  } catch {
    return null; // Some other line that quotes those words.
  }
}
