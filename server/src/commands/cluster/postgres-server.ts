import { chownSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from './free-port.ts';
import { installCommand, postgresBin } from './installed.ts';
import { OwnProcess, type ProcessEnd } from './own-process.ts';
import { childrenOf, signalProcess } from './process-tree.ts';
import { runToEnd } from './run-to-end.ts';
import { until } from './until.ts';

export interface PostgresOptions {
  /** Where its data and log go; made where missing. Default: a temporary directory. */
  dir?: string;
  port?: number;
  /** Off is faster and loses data with the machine's power, never with the process. Default off. */
  fsync?: boolean;
  /** Default 200. */
  maxConnections?: number;
  /** As PostgreSQL writes it. Default 128MB. */
  sharedBuffers?: string;
  /** Further settings, by name. */
  settings?: Readonly<Record<string, string>>;
  cores?: string | null;
}

/** Superuser of every server started here; loopback is trusted, so there is no password. */
const SUPERUSER = 'postgres';

/** Starts a PostgreSQL of its own on loopback, empty, and waits until it answers. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const bin = postgresBin();
  if (bin === null) throw new Error(`PostgreSQL is not installed: ${installCommand(['postgres'])}`);
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'waymark-postgres-'));
  const server = new PostgresServer(bin, dir, options.port ?? (await freePort()), options);
  try {
    await server.prepare();
    await server.start();
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

/** A PostgreSQL in a directory of its own. Disposing of it stops it and deletes that directory. */
export class PostgresServer implements AsyncDisposable {
  /** Of the maintenance database, as superuser. */
  readonly url: string;
  private process: OwnProcess | null = null;

  constructor(
    private readonly bin: string,
    readonly dir: string,
    readonly port: number,
    private readonly options: PostgresOptions,
  ) {
    this.url = this.urlOf('postgres');
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
    return join(this.dir, 'postgres.log');
  }

  /** Makes the files of an empty server. */
  async prepare(): Promise<void> {
    const closed = this.user === null ? null : closedParent(this.dir);
    if (closed !== null)
      throw new Error(`PostgreSQL runs as ${this.user}, who may not enter ${closed}: chmod o+x ${closed}`);
    const initdb = new OwnProcess({
      command: join(this.bin, 'initdb'),
      args: [
        ...['-D', this.data, '-U', SUPERUSER, '--auth=trust', '--no-sync', '--no-instructions'],
        ...['--encoding=UTF8', '--locale=C.UTF-8'],
      ],
      logFile: this.ownedLogFile(),
      user: this.user,
    });
    const { code } = await initdb.ended;
    if (code !== 0) throw new Error(`initdb failed in ${this.dir}:\n${initdb.tail()}`);
  }

  /** Starts it again with the data it has. Errors: rejects with the end of its log. */
  async start(): Promise<void> {
    const settings = Object.entries({ ...this.defaults(), ...this.options.settings });
    const server = new OwnProcess({
      command: join(this.bin, 'postgres'),
      args: ['-D', this.data, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      logFile: this.logFile,
      user: this.user,
      cores: this.options.cores ?? null,
      onParentDeath: 'SIGINT',
    });
    this.process = server;
    await until(
      async () => {
        if (!server.isRunning) throw new Error(`PostgreSQL did not start:\n${server.tail()}`);
        return this.psql('SELECT 1').catch(() => null);
      },
      { what: `PostgreSQL on port ${this.port}`, withinMs: 60_000 },
    );
  }

  /** Ends it in order; its data stay. */
  async stop(): Promise<void> {
    await this.process?.finish('SIGINT');
  }

  /** SIGKILL to all its processes at once, as when the machine goes; its data stay. */
  async kill(): Promise<ProcessEnd | null> {
    if (this.process === null) return null;
    const children = childrenOf(this.process.pid);
    this.process.signal('SIGKILL');
    for (const pid of children) signalProcess(pid, 'SIGKILL');
    const end = await this.process.ended;
    await until(() => children.every((pid) => !signalProcess(pid, 0)), {
      what: 'the end of the processes of PostgreSQL',
    });
    return end;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** SIGSTOP to all its processes: connections stay open and nothing answers. */
  pause(): void {
    for (const pid of [this.pid, ...childrenOf(this.pid)]) signalProcess(pid, 'SIGSTOP');
  }

  resume(): void {
    for (const pid of [...childrenOf(this.pid), this.pid]) signalProcess(pid, 'SIGCONT');
  }

  /** Runs statements and returns what psql prints: a line for each row, `|` between columns. */
  psql(sql: string, database = 'postgres'): Promise<string> {
    return psql(this.urlOf(database), sql);
  }

  /** Makes an empty database and returns its address. */
  async createDatabase(name: string): Promise<string> {
    await this.psql(`CREATE DATABASE "${name}"`);
    return this.urlOf(name);
  }

  /** The end of its log. */
  tail(): string {
    return this.process?.tail() ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  private urlOf(database: string): string {
    return `postgres://${SUPERUSER}@127.0.0.1:${this.port}/${database}`;
  }

  private get data(): string {
    return join(this.dir, 'data');
  }

  /** PostgreSQL refuses to run as root. */
  private get user(): string | null {
    return process.getuid?.() === 0 ? 'postgres' : null;
  }

  /** The directory belongs to whoever PostgreSQL runs as. */
  private ownedLogFile(): string {
    if (this.user !== null) {
      const { uid, gid } = statSync('/var/lib/postgresql');
      chownSync(this.dir, uid, gid);
    }
    return this.logFile;
  }

  private defaults(): Record<string, string> {
    const { fsync = false, maxConnections = 200, sharedBuffers = '128MB' } = this.options;
    return {
      port: String(this.port),
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: String(maxConnections),
      shared_buffers: sharedBuffers,
      fsync: fsync ? 'on' : 'off',
      full_page_writes: fsync ? 'on' : 'off',
      timezone: 'UTC',
      log_timezone: 'UTC',
      max_wal_size: '2GB',
    };
  }
}

/** Runs statements, each in a transaction of its own, and returns the rows as psql prints them unaligned. */
export function psql(url: string, sql: string): Promise<string> {
  return runToEnd('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', sql]);
}

/** The directory on the way to this one that other users may not pass through, or null. */
function closedParent(dir: string): string | null {
  const OTHERS_ENTER = 0o001;
  for (let parent = dirname(dir); ; parent = dirname(parent)) {
    if ((statSync(parent).mode & OTHERS_ENTER) === 0) return parent;
    if (parent === dirname(parent)) return null;
  }
}
