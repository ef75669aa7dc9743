import { describe, expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cli } from '../src/cli.ts';
import { readEnv } from '../src/config/env.ts';
import { EXIT, exitOf } from '../src/exit-codes.ts';
import { createProgram } from '../src/program.ts';
import { temporaryDirectory, waymark } from './run-waymark.ts';

const ROOT = join(import.meta.dirname, '../..');
const LAUNCHER = join(ROOT, 'cli/bin/waymark.mjs');
/** Nothing listens there: a privileged port that no test takes. */
const NOWHERE = 'http://127.0.0.1:1';

describe('a server that does not answer', () => {
  for (const line of ['links list', 'links create https://example.com', 'keys list', 'stats', 'export links'])
    test(`${line} ends with 5 and says where it looked`, async () => {
      const { code, out, err } = await waymark([...line.split(' '), '--url', NOWHERE]);
      expect([code, out]).toEqual([5, '']);
      expect(err).toContain(`no answer from ${NOWHERE} (connection refused)`);
      expect(err).toContain('npm start');
    });

  test('programs are told in JSON', async () => {
    const { code, err } = await waymark(['links', 'list', '--json', '--url', NOWHERE]);
    expect(code).toBe(5);
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'unreachable', exitCode: 5 } });
  });

  test('a server that fails is told from one that refuses', async () => {
    using broken = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('no', { status: 502 }) });
    expect((await waymark(['links', 'list', '--url', broken.url.origin])).code).toBe(5);
  });
});

describe('a command line that is not understood', () => {
  const LINES: [string, string][] = [
    ['lnks', 'Did you mean links?'],
    ['links crate', 'Did you mean create?'],
    ['stats --rnge 7d', 'Did you mean --range?'],
    ['links show', "missing required argument 'link'"],
    ['export everything', 'can not be exported'],
    ['stats --by colour', 'nothing to count by'],
    ['stats --range week', 'no length of time'],
    ['links list --url ftp://example.com', 'is no http(s) address'],
  ];
  for (const [line, words] of LINES)
    test(`${line} ends with 2`, async () => {
      const { code, out, err } = await waymark(line.split(' '));
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain(words);
      const json = await waymark([...line.split(' '), '--json']);
      expect(JSON.parse(json.err)).toMatchObject({ error: { code: 'usage', exitCode: 2 } });
    });

  test('no command at all shows the help', async () => {
    const { code, err } = await waymark([]);
    expect([code, err]).toEqual([2, expect.stringContaining('Usage: waymark')]);
  });
});

test('an interrupted command ends with 130', async () => {
  const signal = AbortSignal.abort();
  const { code, err } = await waymark(['links', 'list', '--url', NOWHERE], { signal });
  expect([code, err]).toEqual([130, 'interrupted\n']);
});

test('every command has a help text with an example, on 80 columns', async () => {
  const system = { env: readEnv({}), out: neverWritten, err: neverWritten, ask: async () => false, interruptible };
  const { program } = createProgram(new Cli(system));
  const leaves = [...namesOf(program, [])];
  expect(leaves.length).toBeGreaterThan(20);
  for (const names of leaves) {
    const { code, out } = await waymark([...names, '--help'], { isTerminal: true });
    expect(code).toBe(0);
    if (names[0] !== 'version') expect(out).toContain('Examples:');
    for (const line of out.split('\n')) expect(`${names.join(' ')}: ${line}`.length).toBeLessThanOrEqual(140);
  }
});

test('the exit codes of docs/exit-codes.md are those of the program', () => {
  const page = readFileSync(join(ROOT, 'docs/exit-codes.md'), 'utf8');
  for (const { code, means } of Object.values(EXIT)) expect(page).toContain(`| ${code} | ${means} |`);
  expect(exitOf(new Error('anything'))).toBe('failed');
});

describe('the launcher', () => {
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };
  test('runs the command where it was called, and ends as it does', () => {
    const cwd = temporaryDirectory();
    const version = spawnSync('node', [LAUNCHER, 'version', '--json'], { cwd, env, encoding: 'utf8' });
    expect([version.status, JSON.parse(version.stdout)]).toEqual([0, expect.objectContaining({ bun: Bun.version })]);
    const listed = spawnSync('node', [LAUNCHER, 'links', 'list', '--url', NOWHERE], { cwd, env, encoding: 'utf8' });
    expect(listed.status).toBe(5);
    const lacking = spawnSync('node', [LAUNCHER, 'import', 'links.csv'], { cwd, env, encoding: 'utf8' });
    expect(lacking.stderr).toContain(join(cwd, 'links.csv'));
  });

  test('without an install it says what to run, and installs nothing', () => {
    const root = temporaryDirectory();
    mkdirSync(join(root, 'cli/bin'), { recursive: true });
    cpSync(LAUNCHER, join(root, 'cli/bin/waymark.mjs'));
    const { status, stderr } = spawnSync('node', [join(root, 'cli/bin/waymark.mjs'), 'version'], {
      env,
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toContain(`run "npm ci" in ${root}`);
  });

  test('npx finds it in the checkout', () => {
    const { status, stdout } = spawnSync('npx', ['--no', 'waymark', 'version'], { cwd: ROOT, env, encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  });

  test('a reader that has seen enough ends it without a word', () => {
    const shell = `node ${LAUNCHER} help links | head -1; echo "$\{PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', shell], { cwd: ROOT, env, encoding: 'utf8' });
    expect(stdout.trim().split('\n')).toEqual(['Usage: waymark links [options] [command]', '0']);
    expect(stderr).toBe('');
  });
});

const neverWritten = { isTerminal: false, columns: null, write: async () => {} };
const interruptible = () => new AbortController().signal;

function* namesOf(command: ReturnType<typeof createProgram>['program'], names: string[]): Generator<string[]> {
  if (command.commands.length === 0) yield names;
  for (const child of command.commands) yield* namesOf(child, [...names, child.name()]);
}
