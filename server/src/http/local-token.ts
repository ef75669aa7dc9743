import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawSecret } from '../accounts/key-secret.ts';
import type { Config } from '../config/config.ts';
import { isLoopback } from './client-address.ts';
import { hashSecret } from './hash-secret.ts';

export const LOCAL_TOKEN_FILE = 'admin.token';

/** The content of `DATA_DIR/admin.token`: where this server is on this machine, and a secret that is good there alone. */
export interface LocalToken {
  url: string;
  token: string;
}

/** The secret of one run of the server. `hash` is what Access compares. */
export interface LocalSecret {
  token: string;
  hash: string;
}

/** Draws the secret of this run. */
export async function drawLocalSecret(): Promise<LocalSecret> {
  const token = drawSecret();
  return { token, hash: hashSecret(token) };
}

/**
 * Leaves the secret where only this user can read it, so that `waymark` on the same machine needs no key of its own.
 * Shape: mode 0600, there whole or not at all; a file that an earlier run left is replaced, whatever its mode was.
 * Nothing is left where a direct call over loopback can't reach the API. Returns how to take the file away.
 * Errors: `onError` is told; the server can do without the file.
 */
export function leaveLocalToken(
  config: Config,
  port: number,
  token: string,
  onError: (error: unknown) => void,
): () => void {
  const url = loopbackUrl(config, port);
  const file = join(config.storage.dataDir, LOCAL_TOKEN_FILE);
  const remove = () => rmSync(file, { force: true });
  try {
    remove();
    if (url !== null) writeOwnerOnly(file, `${JSON.stringify({ url, token } satisfies LocalToken)}\n`);
  } catch (error) {
    onError(error);
  }
  return remove;
}

function writeOwnerOnly(file: string, content: string): void {
  const stage = `${file}.new`;
  rmSync(stage, { force: true });
  try {
    writeFileSync(stage, content, { mode: 0o600, flag: 'wx' });
    renameSync(stage, file);
  } finally {
    rmSync(stage, { force: true });
  }
}

/** Where a process on this machine reaches the API directly; null where it listens elsewhere or serves other hosts only. */
function loopbackUrl({ listen, site }: Config, port: number): string | null {
  const host = listen.host.replace(/^\[|\]$/g, '');
  const name = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
  if (name !== 'localhost' && !isLoopback(name)) return null;
  const { origin, host: served } = new URL(`http://${name.includes(':') ? `[${name}]` : name}:${port}`);
  if (site.appHost !== null ? site.appHost !== served : site.shortHosts.includes(served)) return null;
  return origin;
}
