import { existsSync, readdirSync } from 'node:fs';
import { SYSTEM_PATH } from './own-process.ts';

const POSTGRES_ROOT = '/usr/lib/postgresql';

/** The servers a cluster is made of, and Debian's packages that bring them. */
export const PACKAGES = { postgres: 'postgresql', redis: 'redis-server', nginx: 'nginx' } as const;

export type ServerName = keyof typeof PACKAGES;

/** Debian's newest PostgreSQL on this machine: the directory of its programs, or null. Debian keeps them off the PATH. */
export function postgresBin(): string | null {
  if (!existsSync(POSTGRES_ROOT)) return null;
  const versions = readdirSync(POSTGRES_ROOT).sort((a, b) => Number(b) - Number(a));
  const found = versions.find((version) => existsSync(`${POSTGRES_ROOT}/${version}/bin/initdb`));
  return found === undefined ? null : `${POSTGRES_ROOT}/${found}/bin`;
}

/** What is not installed of the servers that are wanted. */
export function missingServers(wanted: readonly ServerName[] = ['postgres', 'redis', 'nginx']): ServerName[] {
  const isThere = {
    postgres: () => postgresBin() !== null,
    redis: () => isOnPath('redis-server') && isOnPath('redis-cli'),
    nginx: () => isOnPath('nginx'),
  };
  return wanted.filter((name) => !isThere[name]());
}

/** The command that installs them. */
export function installCommand(missing: readonly ServerName[]): string {
  return `apt-get install ${missing.map((name) => PACKAGES[name]).join(' ')}`;
}

function isOnPath(program: string): boolean {
  return SYSTEM_PATH.split(':').some((directory) => existsSync(`${directory}/${program}`));
}
