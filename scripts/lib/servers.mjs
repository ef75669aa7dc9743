import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { installPackages, isOnPath } from './debian-packages.mjs';
import { bun, root } from './repository.mjs';

const POSTGRES = '/usr/lib/postgresql';

/** What the tests start, and Debian's packages that bring it. */
const NEEDED = [
  {
    server: 'PostgreSQL',
    debian: 'postgresql',
    isThere: () =>
      existsSync(POSTGRES) && readdirSync(POSTGRES).some((version) => existsSync(`${POSTGRES}/${version}/bin/initdb`)),
  },
  { server: 'Redis', debian: 'redis-server', isThere: () => isOnPath('redis-server') && isOnPath('redis-cli') },
  { server: 'nginx', debian: 'nginx', isThere: () => isOnPath('nginx') },
  { server: 'Chromium', debian: 'chromium', isThere: () => isOnPath('chromium') },
];

/** Sees to it that the servers which tests start are installed. Exits with a message where they can't be. */
export function ensureServers() {
  const missing = () => NEEDED.filter(({ isThere }) => !isThere());
  if (missing().length === 0) return;
  const why = installPackages(missing().map(({ debian }) => debian));
  const still = missing();
  if (still.length === 0) return;
  console.error(`The tests run on real servers. This machine has no ${still.map(({ server }) => server).join(', no ')}${why === null ? '' : ` (${why})`}.
Install and run this again: sudo apt-get install ${still.map(({ debian }) => debian).join(' ')}`);
  process.exit(1);
}

/**
 * Starts one PostgreSQL and one Redis for a run of tests, hands their addresses to `work` as environment variables,
 * and stops them after it.
 * @NOTE They live as long as the pipe to their standard input, so they end with this process, however it ends.
 */
export async function withServers(work) {
  ensureServers();
  const servers = spawn(bun, ['server/test/servers/run-servers.ts'], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => servers.on('close', resolve));
  const line = await new Promise((resolve) => {
    createInterface(servers.stdout).once('line', resolve);
    ended.then(() => resolve(null));
  });
  if (line === null) {
    console.error('The servers that the tests need did not start.');
    process.exit(1);
  }
  try {
    return await work(JSON.parse(line));
  } finally {
    servers.stdin.end();
    await ended;
  }
}
