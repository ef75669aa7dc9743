import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { bun, root } from './repository.mjs';

/** npm leaves a text file of a few hundred bytes where Bun's own install script has not run. */
const BUN_BYTES_MIN = 1_000_000;

/** Installs what is missing, and nothing where all is there. `dev`: what tests need too. Exits with a message where it can't. */
export function ensureInstalled({ dev = false } = {}) {
  const reason = whyInstall({ dev });
  if (reason !== null) {
    console.error(`Installing: ${reason}.`);
    const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...(dev ? ['--include=dev'] : [])];
    const { status, error } = runNpm(args);
    if (status !== 0)
      fail(`npm ${args.join(' ')} failed${error ? `: ${error.message}` : ''}. The registry must be reachable once.`);
  }
  if (!hasBun()) {
    const { status } = spawnSync(process.execPath, ['node_modules/bun/install.js'], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    });
    if (status !== 0 || !hasBun()) fail('Bun could not be set up: node node_modules/bun/install.js failed.');
  }
}

/** Why an install is needed, or null: what package-lock.json names is compared with what npm noted in node_modules. */
export function whyInstall({ dev = false, directory = root } = {}) {
  const wanted = readLock(`${directory}/package-lock.json`);
  const present = readLock(`${directory}/node_modules/.package-lock.json`);
  if (wanted === null) fail('package-lock.json is missing or unreadable.');
  if (present === null) return 'node_modules is missing or incomplete';
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.includes('node_modules/') || (entry.dev && !dev)) continue;
    const found = present[path];
    if (!found && (entry.optional || entry.devOptional || entry.peer)) continue;
    if (!found || !existsSync(`${directory}/${path}`))
      return `${path.slice(path.lastIndexOf('node_modules/') + 13)} is missing`;
    if (found.version !== entry.version) return `${path} is ${found.version}, not ${entry.version}`;
  }
  return null;
}

function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? null;
  } catch {
    return null;
  }
}

function hasBun() {
  return existsSync(bun) && statSync(bun).size > BUN_BYTES_MIN;
}

/** @NOTE Under `npm start` the npm that runs is npm_execpath; it need not be on the PATH. */
function runNpm(args) {
  const npm = process.env.npm_execpath;
  const own = npm !== undefined && /npm-cli\.c?js$/.test(npm);
  const [command, ...before] = own ? [process.execPath, npm] : ['npm'];
  return spawnSync(command, [...before, ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: !own && process.platform === 'win32',
  });
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
