import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bun, root } from './repository.mjs';

const shared = join(root, '..', 'shared');
const suite = join(shared, 'acceptance', 'classic.mjs');
const START_MS = 20_000;
const STOP_MS = 10_000;

/** Why the classic acceptance can't run here, or null. */
export function whyNoAcceptance() {
  return existsSync(suite) ? null : '../shared/acceptance/classic.mjs is not beside the checkout';
}

/** Runs the classic acceptance against the real server: each data set twice on a database of its own. */
export async function runAcceptance() {
  const total = { passed: 0, failed: 0 };
  for (const seed of ['seed-a', 'seed-b']) {
    const { passed, failed } = await withServer(async (base) => {
      const runs = [1, 2].map((run) => {
        console.log(`\n== classic acceptance, ${seed}, run ${run} of 2`);
        return runSuite(base, join(shared, 'data', seed));
      });
      return { passed: sum(runs, 'passed'), failed: sum(runs, 'failed') };
    });
    total.passed += passed;
    total.failed += failed;
  }
  return total;
}

const sum = (runs, name) => runs.reduce((count, run) => count + run[name], 0);

function runSuite(base, data) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [suite, base, '--data', data], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const summary = /^(\d+) passed, (\d+) failed$/m.exec(stdout);
  console.log(
    stdout
      .split('\n')
      .filter((line) => !line.startsWith('ok '))
      .join('\n')
      .trim(),
  );
  if (stderr) console.error(stderr);
  if (summary === null) return { passed: 0, failed: 1 };
  const failed = Number(summary[2]);
  return { passed: Number(summary[1]), failed: status !== 0 && failed === 0 ? 1 : failed };
}

/** Starts a server on a free port and an empty directory, hands over its address, and stops it; a bad start or stop is a failure. */
async function withServer(work) {
  const directory = mkdtempSync(join(tmpdir(), 'waymark-acceptance-'));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const { PATH, HOME, TMPDIR } = process.env;
  const log = join(directory, 'server.log');
  const env = Object.fromEntries(
    Object.entries({
      PATH,
      HOME,
      TMPDIR,
      PORT: String(port),
      DATA_DIR: join(directory, 'data'),
      LOG_FORMAT: 'json',
      LOG_LEVEL: 'warn',
    }).filter(([, value]) => value !== undefined),
  );
  const server = spawn('/bin/sh', ['-c', 'exec "$0" server/src/main.ts serve >"$1" 2>&1', bun, log], {
    cwd: root,
    env,
    stdio: 'ignore',
  });
  const exited = new Promise((resolve) => server.on('exit', (code, signal) => resolve(signal ?? code)));
  try {
    if (!(await isUp(base, exited))) {
      console.log(`The server did not start:\n${readFileSync(log, 'utf8')}`);
      return { passed: 0, failed: 1 };
    }
    const counts = await work(base);
    server.kill('SIGTERM');
    const end = await Promise.race([exited, sleep(STOP_MS).then(() => 'not in time')]);
    if (end === 0) return counts;
    console.log(`The server did not stop well on SIGTERM (${end}):\n${readFileSync(log, 'utf8').slice(-4000)}`);
    return { ...counts, failed: counts.failed + 1 };
  } finally {
    server.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}

async function isUp(base, exited) {
  let gone = false;
  exited.then(() => (gone = true));
  for (const end = Date.now() + START_MS; Date.now() < end && !gone; await sleep(50)) {
    const answer = await fetch(`${base}/health`).catch(() => null);
    if (answer?.ok) return true;
  }
  return false;
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
