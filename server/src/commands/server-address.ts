import type { Config } from '../config/config.ts';

/** A server that a command speaks to. `key` null: none is sent. */
export interface ServerAddress {
  /** Without a slash at the end. */
  url: string;
  key: string | null;
}

/** The server that this configuration starts, as this machine reaches it. With PORT 0 it can't be known. */
export function localServer(
  config: Config,
  given: { url?: string | undefined; key?: string | undefined } = {},
): ServerAddress {
  const { host, port } = config.listen;
  const name = ['0.0.0.0', '::', '[::]'].includes(host)
    ? '127.0.0.1'
    : host.includes(':') && !host.startsWith('[')
      ? `[${host}]`
      : host;
  return {
    url: (given.url ?? `http://${name}:${port}`).replace(/\/+$/, ''),
    key: given.key ?? config.secrets.bootstrapApiKey,
  };
}

/** Errors: rejects where nobody answers within `timeoutMs`. */
export function ask(server: ServerAddress, path: string, timeoutMs: number, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (server.key !== null) headers.set('Authorization', `Bearer ${server.key}`);
  return fetch(`${server.url}${path}`, { ...init, headers, signal: AbortSignal.timeout(timeoutMs) });
}
