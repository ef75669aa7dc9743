import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { bun, root } from './repository.mjs';
import { writeBrotli } from './write-brotli.mjs';

/** The hash of what a build was made from, in the build. */
const STAMP = '.stamp';
/** What else than its own files a build is made from: the contract's client is part of it. */
const ALSO = ['package-lock.json', 'contract/package.json', 'contract/src'];
const NOT_SOURCE = /^(node_modules|dist|dist-.*|e2e|coverage|\..*)$|\.test\.tsx?$/;

/**
 * Builds the dashboard where its sources have changed since its last build, or where there is none.
 * Shape: `built` says whether there was something to do; `why` is null where the build in dist/ is current, else what kept it
 * from being made, and then there is none: a server says so on its page. A checkout without the sources keeps what it has.
 */
export function ensureDashboard({ directory = root, build = runVite, log = writeError } = {}) {
  const dashboard = join(directory, 'dashboard');
  if (!existsSync(join(dashboard, 'package.json'))) return { built: false, why: null };
  const dist = join(dashboard, 'dist');
  const hash = hashSources(directory);
  if (readStamp(dist) === hash) return { built: false, why: null };

  const start = performance.now();
  // Made beside the old one and put in its place whole: whoever serves it meanwhile never finds half of it.
  const making = `${dist}-${process.pid}`;
  log('Building the dashboard ... ');
  const why = attempt(() => {
    build(dashboard, making);
    writeBrotli(making);
    writeFileSync(join(making, STAMP), hash);
    rmSync(dist, { recursive: true, force: true });
    renameSync(making, dist);
  });
  if (why === null) {
    log(`done in ${Math.max(1, Math.round((performance.now() - start) / 1000))} s\n`);
    return { built: true, why };
  }
  // A build of other sources may speak to an API that is no longer this one.
  for (const path of [making, dist]) rmSync(path, { recursive: true, force: true });
  log(
    `failed.\n${why}\n\nThe dashboard could not be built, and /app will say so. Links and the API work without it.\n`,
  );
  return { built: false, why };
}

/** Of every file that a build is made from: its path and its content. Shape: lower-case hex. */
export function hashSources(directory = root) {
  const hash = createHash('sha256');
  const own = filesBelow(join(directory, 'dashboard'));
  const also = ALSO.map((path) => join(directory, path)).filter((path) => existsSync(path));
  const files = [...own, ...also.flatMap((path) => (statSync(path).isDirectory() ? filesBelow(path) : [path]))];
  for (const path of files.map((file) => relative(directory, file)).sort()) {
    const content = readFileSync(join(directory, path));
    hash.update(`${path}\0${content.byteLength}\0`).update(content);
  }
  return hash.digest('hex');
}

function filesBelow(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (NOT_SOURCE.test(entry.name)) return [];
    const path = join(directory, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function readStamp(dist) {
  const path = join(dist, STAMP);
  return existsSync(path) && existsSync(join(dist, 'index.html')) ? readFileSync(path, 'utf8') : null;
}

/** Vite's program. Errors: throws where it is not installed. */
export function viteProgram(dashboard = join(root, 'dashboard')) {
  const manifest = createRequire(join(dashboard, 'package.json')).resolve('vite/package.json');
  return join(manifest, '../bin/vite.js');
}

/** What runs Vite: Node from 20.19 on, Bun where Node is older. */
export function viteRuntime([major, minor] = process.versions.node.split('.').map(Number)) {
  return major > 20 || (major === 20 && minor >= 19) ? process.execPath : bun;
}

/** Errors: throws with Vite's own words where the build fails. */
function runVite(dashboard, outDir) {
  const args = [
    viteProgram(dashboard),
    'build',
    '--outDir',
    outDir,
    '--emptyOutDir',
    '--manifest',
    '--logLevel',
    'warn',
  ];
  const { status, signal, error, stdout, stderr } = spawnSync(viteRuntime(), args, {
    cwd: dashboard,
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (status !== 0) {
    const words = `${stdout ?? ''}${stderr ?? ''}`.trim();
    throw new Error(words || `vite build ended with ${error?.message ?? signal ?? status}`);
  }
}

/** Why `work` failed, or null. */
function attempt(work) {
  try {
    work();
    return null;
  } catch (error) {
    return error.message;
  }
}

function writeError(text) {
  process.stderr.write(text);
}
