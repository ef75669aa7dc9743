import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a running server leaves in its data directory for its own user: server/src/http/local-token.ts. */
export interface LocalServer {
  url: string;
  token: string;
}

/** The server that runs on a data directory of this machine; null where none does, or its file is not for us. */
export function findLocalServer(dataDir: string): LocalServer | null {
  try {
    const { url, token } = JSON.parse(readFileSync(join(dataDir, 'admin.token'), 'utf8')) as Partial<LocalServer>;
    return typeof url === 'string' && typeof token === 'string' ? { url: new URL(url).origin, token } : null;
  } catch {
    return null;
  }
}
