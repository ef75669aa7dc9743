import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { LOCAL_TOKEN_FILE, type LocalToken } from '../http/local-token.ts';

/** A server that a command speaks to. `key` null: none is sent. */
export interface ServerAddress {
  /** Without a slash at the end. */
  url: string;
  key: string | null;
}

/** A server that is named by hand, and the key for it. */
export interface GivenServer {
  url?: string | undefined;
  key?: string | undefined;
}

/**
 * The server that runs on this data directory, as this machine reaches it: by what it left in DATA_DIR while it runs,
 * else by HOST and PORT. Null where neither says (PORT is 0). A given address comes first, and then no other key is sent to it
 * than the given one or BOOTSTRAP_API_KEY.
 */
export function localServer(config: Config, given: GivenServer = {}): ServerAddress | null {
  const key = knownKey(config, given);
  if (given.url !== undefined) return { url: given.url.replace(/\/+$/, ''), key };
  const left = readLocalToken(config.storage.dataDir);
  if (left !== null) return { url: left.url, key: given.key ?? left.token };
  const { host, port } = config.listen;
  if (port === 0) return null;
  const name = ['0.0.0.0', '::', '[::]'].includes(host)
    ? '127.0.0.1'
    : host.includes(':') && !host.startsWith('[')
      ? `[${host}]`
      : host;
  return { url: `http://${name}:${port}`, key };
}

/** A key that is good from anywhere, or null. */
export function knownKey(config: Config, given: GivenServer): string | null {
  return given.key ?? config.secrets.bootstrapApiKey;
}

function readLocalToken(dataDir: string): LocalToken | null {
  try {
    return JSON.parse(readFileSync(join(dataDir, LOCAL_TOKEN_FILE), 'utf8')) as LocalToken;
  } catch {
    return null; // None was left, or it belongs to another user.
  }
}

/** Errors: rejects where nobody answers within `timeoutMs`. */
export function ask(server: ServerAddress, path: string, timeoutMs: number, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (server.key !== null) headers.set('Authorization', `Bearer ${server.key}`);
  return fetch(`${server.url}${path}`, { ...init, headers, signal: AbortSignal.timeout(timeoutMs) });
}
