import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Config } from '../../config/config.ts';
import { type Check, fail, ok } from './check.ts';

/** Whether the server could listen, while none runs. */
export function checkPort({ host, port }: Config['listen']): Check {
  const name = 'port';
  if (port === 0) return ok(name, 'a free one is taken at the start');
  try {
    Bun.listen({ hostname: host, port, socket: { data() {} } }).stop(true);
    return ok(name, `${host}:${port} is free`);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EACCES')
      return fail(
        name,
        `${host}:${port} is not allowed to this user`,
        'take a port of 1024 or above, or grant CAP_NET_BIND_SERVICE',
      );
    if (code === 'EADDRNOTAVAIL')
      return fail(name, `${host} is no address of this machine`, 'let HOST name one of its addresses, or 0.0.0.0');
    const holder = listenerOf(port);
    return fail(
      name,
      `${host}:${port} is taken${holder ? ` by ${holder}` : ''}`,
      'stop that, or set PORT to a free one',
    );
  }
}

/** The process that listens on a TCP port, as far as this user may see; null where that can't be told. Linux. */
export function listenerOf(port: number): string | null {
  const inodes = ['tcp', 'tcp6'].flatMap((table) => listeningInodes(table, port));
  if (inodes.length === 0) return null;
  for (const pid of readdirOrNothing('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const fd of readdirOrNothing(`/proc/${pid}/fd`)) {
      if (inodes.includes(linkTarget(`/proc/${pid}/fd/${fd}`))) return `process ${pid} (${commandOf(pid)})`;
    }
  }
  return null;
}

const LISTEN = '0A';

/** Source: proc_net_tcp(5): local address, state and inode are fields 1, 3 and 9. */
function listeningInodes(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return textOf(`/proc/net/${table}`)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${hex}`) && fields[3] === LISTEN)
    .map((fields) => `socket:[${fields[9]}]`);
}

function commandOf(pid: string): string {
  return textOf(`/proc/${pid}/comm`).trim() || 'unknown';
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // No /proc here, or not ours to read.
  }
}

function readdirOrNothing(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
