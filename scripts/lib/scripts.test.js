import { afterEach, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lineCoverage } from './coverage.mjs';
import { whyInstall } from './install.mjs';
import { root } from './repository.mjs';
import { readJunit } from './unit-tests.mjs';

describe('what is installed', () => {
  let directory = '';
  afterEach(() => rmSync(directory, { recursive: true }));

  /** A checkout whose lock names `wanted`, with `present` noted by npm and `folders` on the disk. */
  function checkout(wanted, present, folders = Object.keys(present ?? {})) {
    directory = mkdtempSync(join(tmpdir(), 'waymark-install-'));
    for (const folder of folders) mkdirSync(join(directory, folder), { recursive: true });
    const lock = { '': {}, server: {}, ...wanted };
    writeFileSync(join(directory, 'package-lock.json'), JSON.stringify({ packages: lock }));
    if (present) {
      mkdirSync(join(directory, 'node_modules'), { recursive: true });
      writeFileSync(join(directory, 'node_modules/.package-lock.json'), JSON.stringify({ packages: present }));
    }
    return directory;
  }

  const hono = { 'node_modules/hono': { version: '4.0.0' } };
  const cases = [
    ['nothing at all', hono, null, undefined, {}, /node_modules is missing/],
    ['everything', hono, hono, undefined, {}, null],
    ['another version', hono, { 'node_modules/hono': { version: '3.0.0' } }, undefined, {}, /is 3\.0\.0, not 4\.0\.0/],
    ['a package too few', { ...hono, 'node_modules/zod': { version: '4.0.0' } }, hono, undefined, {}, /zod is missing/],
    ['a folder that was deleted', hono, hono, [], {}, /hono is missing/],
    ['no development package, for a start', { 'node_modules/x': { version: '1.0.0', dev: true } }, {}, [], {}, null],
    [
      'no development package, for tests',
      { 'node_modules/x': { version: '1.0.0', dev: true } },
      {},
      [],
      { dev: true },
      /x is missing/,
    ],
    ['no package of another platform', { 'node_modules/x': { version: '1.0.0', optional: true } }, {}, [], {}, null],
  ];
  for (const [name, wanted, present, folders, options, expected] of cases) {
    test(`with ${name} ${expected === null ? 'is enough' : 'is not enough'}`, () => {
      const reason = whyInstall({ directory: checkout(wanted, present, folders), ...options });
      if (expected === null) expect(reason).toBeNull();
      else expect(reason).toMatch(expected);
    });
  }
});

describe('a JUnit report', () => {
  test('is counted by its cases', () => {
    const xml = `<testsuites tests="4"><testsuite name="a">
      <testcase name="works &amp; &lt;says&gt; so" classname="a" time="0" file="a.test.ts" line="1" assertions="1" />
      <testcase name="breaks" file="b.test.ts"><failure type="AssertionError" message="1 > 2&#10;Call log:" /></testcase>
      <testcase name="waits &quot;long&quot;" file="a.test.ts"><skipped message="needs nginx" /></testcase>
      <testcase name="works too" file="a.test.ts"></testcase>
    </testsuite></testsuites>`;
    expect(readJunit(xml)).toEqual({
      passed: 2,
      failed: 1,
      skipped: ['waits "long" (a.test.ts): needs nginx'],
      failures: ['breaks (b.test.ts): 1 > 2'],
    });
  });

  test('that is not there holds nothing', () => {
    expect(readJunit('')).toEqual({ passed: 0, failed: 0, skipped: [], failures: [] });
  });
});

describe('line coverage', () => {
  test('counts a file that no test loads with all its lines, and a file of types alone with none', () => {
    const report = (...lines) => `TN:\nSF:${root}/server/src/platform/clock.ts\n${lines.join('\n')}\nend_of_record\n`;
    const { files, percent } = lineCoverage([
      report('DA:1,4', 'DA:2,0', 'DA:3,0'),
      report('DA:1,0', 'DA:2,7', 'DA:3,0'),
    ]);
    const linesOf = (path) => files.find((file) => file.path === path);
    expect(linesOf('server/src/platform/clock.ts')).toMatchObject({ lines: 3, hit: 2 });
    expect(linesOf('server/src/platform/logger.ts')?.lines).toBeGreaterThan(30);
    expect(linesOf('server/src/platform/logger.ts')?.hit).toBe(0);
    expect(linesOf('server/src/config/config.ts')).toMatchObject({ lines: 0, hit: 0 });
    expect(percent).toBeLessThan(20);
  });

  test('is not known where a run left no report', () => {
    expect(lineCoverage(['', null])).toBeNull();
  });

  test('leaves tests out', () => {
    expect(lineCoverage(['']).files.filter(({ path }) => path.includes('.test.'))).toEqual([]);
  });
});
