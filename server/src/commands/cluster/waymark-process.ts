import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OwnProcess, type ProcessEnd } from './own-process.ts';
import { until } from './until.ts';

export type Role = 'edge' | 'api' | 'worker';

export interface WaymarkProcessOptions {
  /** Unique in its cluster, such as `edge-1`. */
  name: string;
  roles: readonly Role[];
  port: number;
  /** Where its data and its log go; made where missing. */
  dir: string;
  /** Of the process beside what follows from the above. */
  env: Readonly<Record<string, string>>;
  cores?: string | null;
}

const MAIN = join(import.meta.dirname, '../../main.ts');
/** More than any start takes on a busy machine. */
const READY_MS_MAX = 60_000;

/** One Waymark of a cluster. It keeps its port and its data directory over every restart. */
export class WaymarkProcess implements AsyncDisposable {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly port: number;
  readonly url: string;
  readonly dataDir: string;
  readonly logFile: string;
  /** Added to the environment from the next start on. */
  env: Readonly<Record<string, string>>;
  private process: OwnProcess | null = null;

  constructor(private readonly options: WaymarkProcessOptions) {
    const { name, roles, port, dir, env } = options;
    this.name = name;
    this.roles = roles;
    this.port = port;
    this.env = env;
    this.url = `http://127.0.0.1:${port}`;
    this.dataDir = join(dir, 'data');
    this.logFile = join(dir, 'waymark.log');
    mkdirSync(dir, { recursive: true });
  }

  /** 0 while it is stopped. */
  get pid(): number {
    return this.process?.isRunning ? this.process.pid : 0;
  }

  /** Settles when the process that runs now has ended; at once where none does. */
  get ended(): Promise<ProcessEnd | null> {
    return this.process?.ended ?? Promise.resolve(null);
  }

  /** Starts it and waits until it is ready for its roles. Errors: rejects with the end of its log. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.spawn(env);
    await this.ready();
  }

  /** Starts it without waiting, so that it can be ended at any moment. */
  spawn(env: Readonly<Record<string, string>> = {}): void {
    this.env = { ...this.env, ...env };
    this.process = new OwnProcess({
      command: process.execPath,
      args: [MAIN, 'serve'],
      logFile: this.logFile,
      cores: this.options.cores ?? null,
      env: {
        LOG_FORMAT: 'json',
        HOST: '127.0.0.1',
        ...this.env,
        ROLES: this.roles.join(','),
        PORT: String(this.port),
        DATA_DIR: this.dataDir,
      },
    });
  }

  /** Waits until /ready says yes for each of its roles. Errors: rejects with the end of its log when it ends before. */
  async ready(withinMs = READY_MS_MAX): Promise<void> {
    await until(
      async () => {
        if (this.pid === 0) throw new Error(`${this.name} ended before it was ready:\n${this.tail()}`);
        return (await Promise.all(this.roles.map((role) => this.isReady(role)))).every(Boolean);
      },
      { what: `${this.name} ready`, withinMs },
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.tail()}`, { cause: error });
    });
  }

  /** SIGTERM, and the end of it. */
  term(withinMs = 20_000): Promise<ProcessEnd | null> {
    return this.process?.finish('SIGTERM', withinMs) ?? Promise.resolve(null);
  }

  /** SIGKILL, and the end of it. */
  kill(): Promise<ProcessEnd | null> {
    return this.process?.finish('SIGKILL') ?? Promise.resolve(null);
  }

  /** SIGSTOP: it does nothing, and its connections stay open. */
  pause(): void {
    this.process?.signal('SIGSTOP');
  }

  resume(): void {
    this.process?.signal('SIGCONT');
  }

  /** SIGTERM and a start. */
  async restart(env: Readonly<Record<string, string>> = {}): Promise<ProcessEnd | null> {
    const end = await this.term();
    await this.start(env);
    return end;
  }

  /** Whole lines of its log so far, over all its starts. */
  log(): string[] {
    try {
      return readFileSync(this.logFile, 'utf8').split('\n').slice(0, -1);
    } catch {
      return [];
    }
  }

  tail(lines = 15): string {
    return this.process?.tail(lines) ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.resume();
    await this.term();
  }

  private async isReady(role: Role): Promise<boolean> {
    try {
      const response = await fetch(`${this.url}/ready?role=${role}`, { signal: AbortSignal.timeout(2000) });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false; // It does not listen yet.
    }
  }
}
