import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const SYSTEM_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * Installs the packages named as its arguments. What they bring is not started: while policy-rc.d says 101, Debian's
 * packages start no service. Source: invoke-rc.d(8).
 */
const INSTALL = `
policy=/usr/sbin/policy-rc.d
trap 'exit 130' INT TERM HUP
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\\nexit 101\\n' >"$policy" && chmod 755 "$policy" || exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get install -y --no-install-recommends "$@" ||
  { apt-get update && apt-get install -y --no-install-recommends "$@"; }
`;

/** Installs Debian packages where this user may. Shape: null when it went well, else why not. */
export function installPackages(packages) {
  if (!isOnPath('apt-get')) return 'there is no apt-get';
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0)
    return 'only root may install them';
  console.error(`Installing with apt-get: ${packages.join(' ')}.`);
  const command = [...(isRoot ? [] : ['sudo', '-n']), 'sh', '-c', INSTALL, 'sh', ...packages];
  const { status } = spawnSync(command[0], command.slice(1), { stdio: ['ignore', 2, 2] });
  return status === 0 ? null : 'apt-get failed';
}

/** Whether a program is where Debian puts programs; /usr/sbin is not on every user's PATH. */
export function isOnPath(program) {
  return SYSTEM_PATH.some((directory) => existsSync(`${directory}/${program}`));
}
