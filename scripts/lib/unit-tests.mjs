import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bun, root } from './repository.mjs';

/**
 * Runs `bun test` over the folders that are there, with `env` added to the environment; `timeoutMs` is for each test.
 * Shape: counts from its own report, `skipped` and `failures` by name; `lcov` is the report of coverage, null unless asked for. A run that breaks down counts as one failure.
 */
export function runBunTests(folders, { coverage = false, env = {}, timeoutMs = 30_000 } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'waymark-test-'));
  try {
    const report = join(directory, 'junit.xml');
    // A test that hangs is to end; one on a busy machine is not: nothing here is timed.
    const args = ['test', `--timeout=${timeoutMs}`, '--reporter=junit', `--reporter-outfile=${report}`];
    if (coverage) args.push('--coverage', '--coverage-reporter=lcov', `--coverage-dir=${directory}`);
    const present = folders.filter((folder) => existsSync(`${root}/${folder}`)).map((folder) => `./${folder}`);
    const { status, signal } = spawnSync(bun, [...args, ...present], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: 'inherit',
    });
    const counts = readJunit(existsSync(report) ? readFileSync(report, 'utf8') : '');
    if (status !== 0 && counts.failed === 0) {
      console.log(`bun test ended with ${signal ?? status} and without naming a failed test.`);
      counts.failed = 1;
      counts.failures.push(`bun test of ${present.join(' ')}`);
    }
    const lcov = join(directory, 'lcov.info');
    return { ...counts, lcov: coverage && existsSync(lcov) ? readFileSync(lcov, 'utf8') : null };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Counts the cases of a JUnit report. Shape: `failures`: name and reason of each that failed. */
export function readJunit(xml) {
  const counts = { passed: 0, failed: 0, skipped: [], failures: [] };
  for (const [, attributes = '', selfClosed, body = ''] of xml.matchAll(
    /<testcase\b((?:[^>"]|"[^"]*")*?)(?:(\/)>|>([\s\S]*?)<\/testcase>)/g,
  )) {
    if (selfClosed === undefined && /<(failure|error)\b/.test(body)) {
      counts.failed++;
      counts.failures.push(nameOf(attributes, body, 'failure|error'));
    } else if (/<skipped\b/.test(body)) counts.skipped.push(nameOf(attributes, body, 'skipped'));
    else counts.passed++;
  }
  return counts;
}

/** Name, file and the reason's first line; `outcome`: the element that tells the reason. */
function nameOf(attributes, body, outcome) {
  const attribute = (text, name) => unescapeXml(new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1] ?? '');
  const reason = attribute(new RegExp(`<(${outcome})\\b(?:[^>"]|"[^"]*")*>`).exec(body)?.[0] ?? '', 'message');
  const [said] = reason.split('\n');
  return `${attribute(attributes, 'name')} (${attribute(attributes, 'file')})${said ? `: ${said}` : ''}`;
}

function unescapeXml(text) {
  const names = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  const plain = text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
  return plain.replace(/&(\w+);/g, (whole, name) => names[name] ?? whole);
}
