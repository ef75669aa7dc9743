import manifest from '../../../../package.json';
import { type Check, fail, ok, warn } from './check.ts';

const NODE_MAJOR_MIN = 20;

/** Bun and Node: the one that runs the server, the one that npm scripts and the command line start with. */
export function checkRuntime(): Check[] {
  return [checkBun(Bun.version, manifest.dependencies.bun), checkNode(nodeVersion())];
}

export function checkBun(version: string, wanted: string): Check {
  if (version === wanted) return ok('bun', version);
  return warn('bun', `${version}, tested with ${wanted}`, 'run npm ci in the installation, and start with npm start');
}

/** `version`: as `node --version` prints it; null where there is no node. */
export function checkNode(version: string | null): Check {
  if (version === null)
    return warn('node', 'not found', `npm start and npx waymark need Node ${NODE_MAJOR_MIN} or later`);
  const major = Number(/^v?(\d+)/.exec(version)?.[1] ?? 0);
  return major >= NODE_MAJOR_MIN
    ? ok('node', version)
    : fail('node', version, `install Node ${NODE_MAJOR_MIN} or later`);
}

function nodeVersion(): string | null {
  try {
    const { exitCode, stdout } = Bun.spawnSync(['node', '--version'], { stderr: 'ignore' });
    return exitCode === 0 ? stdout.toString().trim() : null;
  } catch {
    return null;
  }
}
