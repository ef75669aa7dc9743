import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dir, '../../..');
const MAIN = join(ROOT, 'server/src/main.ts');

/** Environment of everything started here: nothing of the caller's configuration leaks in. */
const BASE_ENV = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/root' };

/** The user agent that visitors of a benchmark have: a person's, so that clicks take the full way. */
export const BROWSER =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1';

export const ADMIN_KEY = 'benchmark-admin-key-0123456789';

export function temporary(name: string): string {
  return mkdtempSync(join(tmpdir(), `waymark-bench-${name}-`));
}

/** Ends this benchmark with the reason where a program it measures with is missing. */
export function need(program: string): void {
  if (spawnSync('which', [program]).status === 0) return;
  const packages: Record<string, string> = { wrk: 'wrk', nginx: 'nginx-light', taskset: 'util-linux' };
  spawnSync('apt-get', ['install', '-y', '-q', packages[program] ?? program], { stdio: 'ignore' });
  if (spawnSync('which', [program]).status === 0) return;
  console.error(`${program} is missing: apt-get install ${packages[program] ?? program}`);
  process.exit(2);
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', resolve));
}

export interface Running {
  url: string;
  port: number;
  pid: number;
  /** Milliseconds from start to the ready line. */
  readyMs: number;
  stop(): Promise<void>;
}

/** Starts Waymark on a data directory. `cpus` as taskset has them: all its threads stay there. */
export async function startWaymark(
  dataDir: string,
  options: { cpus?: string; env?: Record<string, string> } = {},
): Promise<Running> {
  const command = [process.execPath, MAIN];
  const [program, ...args] = options.cpus ? ['taskset', '-c', options.cpus, ...command] : command;
  const started = performance.now();
  const child = spawn(program ?? '', args, {
    cwd: dataDir,
    env: { ...BASE_ENV, PORT: '0', DATA_DIR: dataDir, BOOTSTRAP_API_KEY: ADMIN_KEY, ...options.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (chunk) => {
      said += chunk;
      const ready = said.split('\n').find((line) => line.includes('Waymark is ready'));
      if (ready) resolve((JSON.parse(ready) as { port: number }).port);
    });
    child.once('exit', () => reject(new Error(`Waymark ended before it was ready: ${said}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    readyMs: performance.now() - started,
    stop: async () => {
      child.kill('SIGTERM');
      await ended(child);
    },
  };
}

/** nginx answering every request with one 302: what the machine can do at the most. */
export async function startNginx(cpu: string): Promise<Running> {
  need('nginx');
  const dir = temporary('nginx');
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  writeFileSync(
    join(dir, 'nginx.conf'),
    `worker_processes 1; daemon off; pid ${dir}/pid; error_log ${dir}/error.log;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path ${dir}; proxy_temp_path ${dir}; fastcgi_temp_path ${dir}; uwsgi_temp_path ${dir}; scgi_temp_path ${dir};
  server { listen 127.0.0.1:${port} backlog=4096; location / { return 302 https://example.com/some/path/12345; } }
}
`,
  );
  const child = spawn('taskset', ['-c', cpu, 'nginx', '-c', join(dir, 'nginx.conf'), '-p', dir], { stdio: 'ignore' });
  for (let tries = 0; ; tries++) {
    const up = await fetch(`http://127.0.0.1:${port}/`, { redirect: 'manual' }).catch(() => null);
    if (up) break;
    if (tries > 100) throw new Error('nginx did not start');
    await Bun.sleep(20);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    readyMs: 0,
    stop: async () => {
      child.kill('SIGTERM');
      await ended(child);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export interface WrkResult {
  perSecond: number;
  requests: number;
  p50Ms: number;
  p99Ms: number;
  errors: number;
}

const inMs = (text: string): number => {
  const [, number = '0', unit] = /([\d.]+)(us|ms|s)/.exec(text) ?? [];
  return Number(number) * (unit === 'us' ? 0.001 : unit === 's' ? 1000 : 1);
};

/** Runs wrk with one thread. Responses other than 2xx and 3xx count as errors. */
export async function wrk(
  url: string,
  options: { seconds: number; connections: number; cpu?: string; script?: string },
): Promise<WrkResult> {
  need('wrk');
  const args = ['-t1', `-c${options.connections}`, `-d${options.seconds}s`, '--latency', '--timeout', '10s'];
  if (options.script) args.push('-s', options.script);
  const command = options.cpu ? ['taskset', '-c', options.cpu, 'wrk', ...args, url] : ['wrk', ...args, url];
  const child = Bun.spawn(command, { stdout: 'pipe', stderr: 'pipe' });
  const text = await new Response(child.stdout).text();
  const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0);
  const socketErrors =
    /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text)?.slice(1) ?? [];
  return {
    perSecond: number(/Requests\/sec:\s+([\d.]+)/),
    requests: number(/(\d+) requests in/),
    p50Ms: inMs(/50%\s+(\S+)/.exec(text)?.[1] ?? ''),
    p99Ms: inMs(/99%\s+(\S+)/.exec(text)?.[1] ?? ''),
    errors: number(/Non-2xx or 3xx responses: (\d+)/) + socketErrors.reduce((sum, n) => sum + Number(n), 0),
  };
}

/** Memory of a process in MB: resident, and of that what is not pages of files. */
export function memory(pid: number): { rssMb: number; anonMb: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kb = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
  return { rssMb: kb('VmRSS') / 1024, anonMb: kb('RssAnon') / 1024 };
}

/** Null where the thread has ended since it was listed. */
function readStat(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** CPU seconds that a process's threads have used so far, by the name of the thread and its id. */
export function threadSeconds(pid: number): Map<string, number> {
  const seconds = new Map<string, number>();
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const stat = readStat(`/proc/${pid}/task/${task}/stat`);
    if (stat === null) continue;
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    seconds.set(`${name} ${task}`, (Number(fields[11]) + Number(fields[12])) / 100);
  }
  return seconds;
}
