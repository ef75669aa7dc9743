import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { type NginxServer, startNginx } from './nginx-server.ts';

/** The configuration as operators install it. */
const SHIPPED = join(import.meta.dirname, '../../../../deploy/nginx');
const ACCESS_LOG = 'access.log';

/** What stands behind nginx, by port of this machine. */
export interface Pools {
  edges: readonly number[];
  apis: readonly number[];
}

export interface WaymarkNginxOptions extends Pools {
  dir: string;
  port?: number;
  cores?: string | null;
  /** Default 1. */
  workers?: number;
  /** Collects the lines of the access log before it writes them: for benchmarks. Default false. */
  bufferLog?: boolean;
}

/** Starts nginx with deploy/nginx as it is; only what an operator fills in comes from here. */
export function startWaymarkNginx(options: WaymarkNginxOptions): Promise<NginxServer> {
  const { dir, port, cores = null, workers = 1, bufferLog = false } = options;
  cpSync(SHIPPED, dir, { recursive: true });
  return startNginx({
    dir,
    cores,
    ...(port !== undefined && { port }),
    conf: (at) => mainConf(at.dir, workers),
    files: (at) => ({
      ...poolFiles(options),
      'waymark-local/listen.conf': `listen 127.0.0.1:${at.port} backlog=4096;\nserver_name _;\n`,
      'waymark-local/log.conf':
        `access_log ${join(at.dir, ACCESS_LOG)} waymark${bufferLog ? ' buffer=64k flush=1s' : ''};\n` +
        `error_log ${join(at.dir, 'nginx.log')} error;\n`,
    }),
  });
}

/** Puts other servers behind a running nginx. */
export async function changePools(nginx: NginxServer, pools: Pools): Promise<void> {
  for (const [path, text] of Object.entries(poolFiles(pools))) nginx.write(path, text);
  await nginx.reload();
}

/** One line of the access log. */
export interface AccessLine {
  id: string;
  method: string;
  path: string;
  status: number;
  pool: string;
  /** Servers that were asked, in order. */
  upstream_addr: string;
  /** What each of them answered. */
  upstream_status: string;
}

/** The access log so far. */
export function accessLog(nginx: Pick<NginxServer, 'read'>): AccessLine[] {
  const lines = nginx.read(ACCESS_LOG).split('\n');
  return lines.filter((line) => line.endsWith('}')).map((line) => JSON.parse(line) as AccessLine);
}

/** Servers that one request was sent to after the first. Source: ngx_http_upstream_module, $upstream_addr. */
export function retriesOf({ upstream_status }: Pick<AccessLine, 'upstream_status'>): number {
  return upstream_status === '' ? 0 : upstream_status.split(/, | : /).length - 1;
}

function poolFiles({ edges, apis }: Pools): Record<string, string> {
  return { 'waymark-local/edges.conf': serverLines(edges), 'waymark-local/apis.conf': serverLines(apis) };
}

/** @NOTE An upstream without a server is an error in nginx; one that is down takes its place. */
function serverLines(ports: readonly number[]): string {
  if (ports.length === 0) return 'server 127.0.0.1:1 down;\n';
  const lines = (rest: string) => ports.map((port) => `server 127.0.0.1:${port} ${rest};\n`).join('');
  return lines('max_fails=2 fail_timeout=2s') + lines('max_fails=0 backup');
}

function mainConf(dir: string, workers: number): string {
  return `worker_processes ${workers};
pid ${join(dir, 'nginx.pid')};
pcre_jit on;
worker_shutdown_timeout 30s;
events { worker_connections 8192; multi_accept on; }
http {
    default_type application/octet-stream;
    tcp_nodelay on;
    keepalive_requests 100000;
    client_body_temp_path ${join(dir, 'tmp-body')};
    proxy_temp_path ${join(dir, 'tmp-proxy')};
    fastcgi_temp_path ${join(dir, 'tmp-fastcgi')};
    uwsgi_temp_path ${join(dir, 'tmp-uwsgi')};
    scgi_temp_path ${join(dir, 'tmp-scgi')};
    include waymark.conf;
}
`;
}
