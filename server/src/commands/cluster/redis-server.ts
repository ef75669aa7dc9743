import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { OwnProcess, type ProcessEnd } from './own-process.ts';
import { runToEnd } from './run-to-end.ts';
import { until } from './until.ts';

export interface RedisOptions {
  /** Where its log and dumps go. Default: a temporary directory. */
  dir?: string;
  port?: number;
  /** Further options as redis.conf has them, by name. */
  settings?: Readonly<Record<string, string>>;
  cores?: string | null;
}

/** Starts a Redis of its own on loopback, empty, and waits until it answers. It writes nothing to disk by itself. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'waymark-redis-'));
  const server = new RedisServer(dir, options.port ?? (await freePort()), options);
  try {
    await server.start();
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

/** A Redis in a directory of its own. Disposing of it stops it and deletes that directory. */
export class RedisServer implements AsyncDisposable {
  readonly url: string;
  private process: OwnProcess | null = null;

  constructor(
    readonly dir: string,
    readonly port: number,
    private readonly options: RedisOptions = {},
  ) {
    this.url = `redis://127.0.0.1:${port}`;
  }

  /** 0 while it is stopped. */
  get pid(): number {
    return this.process?.isRunning ? this.process.pid : 0;
  }

  /** Settles when the process that runs now has ended; at once where none does. */
  get ended(): Promise<ProcessEnd | null> {
    return this.process?.ended ?? Promise.resolve(null);
  }

  get logFile(): string {
    return join(this.dir, 'redis.log');
  }

  /** Starts it again with what it saved last, which is nothing unless `restart` saved it. */
  async start(): Promise<void> {
    const settings = Object.entries({
      port: String(this.port),
      bind: '127.0.0.1',
      save: '',
      appendonly: 'no',
      dir: this.dir,
      'enable-debug-command': 'yes',
      ...this.options.settings,
    });
    const server = new OwnProcess({
      command: 'redis-server',
      args: settings.flatMap(([name, value]) => [`--${name}`, value]),
      logFile: this.logFile,
      cores: this.options.cores ?? null,
    });
    this.process = server;
    await until(
      async () => {
        if (!server.isRunning) throw new Error(`Redis did not start:\n${server.tail()}`);
        return (await this.command('PING').catch(() => '')) === 'PONG';
      },
      { what: `Redis on port ${this.port}` },
    );
  }

  async stop(): Promise<void> {
    this.resume();
    await this.process?.finish('SIGTERM');
  }

  /** SIGKILL: what it held is gone. */
  async kill(): Promise<void> {
    await this.process?.finish('SIGKILL');
  }

  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): void {
    this.process?.signal('SIGSTOP');
  }

  resume(): void {
    this.process?.signal('SIGCONT');
  }

  /** Stops and starts it: with all it held, or empty. */
  async restart({ empty = false }: { empty?: boolean } = {}): Promise<void> {
    if (empty) rmSync(join(this.dir, 'dump.rdb'), { force: true });
    else await this.command('SAVE');
    await this.stop();
    await this.start();
  }

  async flushAll(): Promise<void> {
    await this.command('FLUSHALL');
  }

  /** Runs one command and returns what redis-cli prints. Errors: rejects with the server's words. */
  async command(...args: string[]): Promise<string> {
    return runToEnd('redis-cli', ['-e', '-h', '127.0.0.1', '-p', String(this.port), ...args], 10_000);
  }

  /** The end of its log. */
  tail(): string {
    return this.process?.tail() ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
