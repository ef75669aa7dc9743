import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from './free-port.ts';
import { installCommand, missingServers } from './installed.ts';
import { OwnProcess, type ProcessEnd } from './own-process.ts';
import { childrenOf } from './process-tree.ts';
import { runToEnd } from './run-to-end.ts';
import { until } from './until.ts';

export interface NginxOptions {
  /** Default: a temporary directory. */
  dir?: string;
  /** Where the configuration listens. Default: a free port. */
  port?: number;
  /** The whole configuration. Paths in `include` are relative to the directory. */
  conf(at: { dir: string; port: number }): string;
  /** Further files by their path in the directory. */
  files?(at: { dir: string; port: number }): Readonly<Record<string, string>>;
  cores?: string | null;
}

/** Starts an nginx of its own and waits until it listens. Errors: rejects with what nginx says of its configuration. */
export async function startNginx(options: NginxOptions): Promise<NginxServer> {
  if (missingServers(['nginx']).length > 0) throw new Error(`nginx is not installed: ${installCommand(['nginx'])}`);
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'waymark-nginx-'));
  chmodSync(dir, 0o711); // Its workers are another user than its master and write bodies of requests here.
  const server = new NginxServer(dir, options.port ?? (await freePort()), options);
  try {
    for (const [path, text] of Object.entries(options.files?.(server) ?? {})) server.write(path, text);
    server.write('nginx.conf', options.conf(server));
    await server.start();
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

/** An nginx in a directory of its own. Disposing of it stops it and deletes that directory. */
export class NginxServer implements AsyncDisposable {
  readonly url: string;
  private process: OwnProcess | null = null;

  constructor(
    readonly dir: string,
    readonly port: number,
    private readonly options: Pick<NginxOptions, 'cores'>,
  ) {
    this.url = `http://127.0.0.1:${port}`;
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
    return join(this.dir, 'nginx.log');
  }

  /** Puts a file of the configuration in place; `reload` makes it take effect. */
  write(path: string, text: string): void {
    const target = join(this.dir, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }

  async start(): Promise<void> {
    await this.check();
    const server = new OwnProcess({
      command: 'nginx',
      args: [...this.arguments, '-g', 'daemon off;'],
      logFile: this.logFile,
      cores: this.options.cores ?? null,
      onParentDeath: 'SIGTERM',
    });
    this.process = server;
    await until(
      () => {
        if (!server.isRunning) throw new Error(`nginx did not start:\n${server.tail()}`);
        return this.workers().length > 0 && canConnect(this.port);
      },
      { what: `nginx on port ${this.port}` },
    );
  }

  /** Takes changed files into effect, losing no request; returns once only workers with the changes take connections. */
  async reload(): Promise<void> {
    await this.check();
    const before = this.workers();
    this.process?.signal('SIGHUP');
    await until(() => this.workers().some((pid) => !before.includes(pid)) && before.every(isShuttingDown), {
      what: 'the reload of nginx',
    });
  }

  /** Finishes the requests under way, at most ten seconds, and ends. */
  async stop(): Promise<void> {
    await this.process?.finish('SIGQUIT');
  }

  /** The text of a file in the directory; empty where there is none. */
  read(path: string): string {
    try {
      return readFileSync(join(this.dir, path), 'utf8');
    } catch {
      return '';
    }
  }

  /** The end of its log. */
  tail(): string {
    return this.process?.tail() ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process?.finish('SIGTERM', 3000);
    rmSync(this.dir, { recursive: true, force: true });
  }

  private workers(): number[] {
    return childrenOf(this.pid);
  }

  private get arguments(): string[] {
    return ['-p', this.dir, '-c', join(this.dir, 'nginx.conf'), '-e', this.logFile];
  }

  private async check(): Promise<void> {
    await runToEnd('nginx', [...this.arguments, '-t', '-q']);
  }
}

/** A worker of before a reload says so in its title, and is gone when its last request is answered. */
function isShuttingDown(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('shutting down');
  } catch {
    return true;
  }
}

async function canConnect(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: '127.0.0.1', port, socket: { data() {} } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}
