import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestApp, TEST_API_KEY, type TestApp } from '../../server/test/start-app.ts';
import type { ImportResult } from '../src/import/import-links.ts';
import { type ImportProgress, progressPath } from '../src/import/progress-file.ts';
import { temporaryDirectory, waymark } from './run-waymark.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const run = (argv: string[]) => waymark(argv, { env: { DATA_DIR: app.dataDir } });
const countLinks = async () => Number((await fetch(`${app.baseUrl}/urls?per_page=1`)).headers.get('x-total-count'));

function csv(lines: string[]): string {
  const file = join(temporaryDirectory(), 'links.csv');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

const MIXED = [
  'Long URL,Slug,Title,is_active,Notes',
  'https://example.com/1,one-of-import,"A, B",True,x',
  'nonsense,,,,',
  'https://example.com/2,,,no,',
  'https://example.com/3,one-of-import,,,',
  ',,no url,,',
  'https://example.com/4,users,,,',
  '"https://example.com/5,,,,',
];

describe('a dry run', () => {
  test('shows how the file is read and what would be refused, and changes nothing', async () => {
    const file = csv(MIXED);
    const before = await countLinks();
    const { code, out } = await run(['import', file, '--dry-run']);
    expect(code).toBe(1);
    expect(out).toMatch(/url +Long URL +https:\/\/example\.com\/1/);
    expect(out).toMatch(/code +Slug +one-of-import/);
    expect(out).toContain('not read: Notes');
    expect(out).toContain('7 rows: 2 would become links, 5 would be refused. Nothing was changed.');
    const { problems } = (await run(['import', file, '--dry-run', '--json'])).json<{ problems: { row: number }[] }>();
    expect(problems.map(({ row }) => row)).toEqual([2, 4, 5, 6, 7]);
    expect(await countLinks()).toBe(before);
    expect(existsSync(progressPath(file))).toBe(false);
    expect(existsSync(`${file}.refused.csv`)).toBe(false);
  });

  test('without a server it looks at the file alone, and says so', async () => {
    const { code, out } = await waymark([
      'import',
      csv(['url', 'https://example.com']),
      '--dry-run',
      '--url',
      'http://127.0.0.1:1',
    ]);
    expect([code, out]).toEqual([0, expect.stringContaining('No server answered')]);
  });
});

test('good rows go in, and the others are reported with their number, reason and content', async () => {
  const file = csv(MIXED);
  const before = await countLinks();
  const { code, out, err } = await run(['import', file]);
  expect([code, out]).toEqual([1, '7 rows: 2 links made, 5 refused\n']);
  expect(err).toContain(`${file}.refused.csv`);
  expect(await countLinks()).toBe(before + 2);
  const report = readFileSync(`${file}.refused.csv`, 'utf8').trim().split('\n');
  expect(report[0]).toBe('row,problem,Long URL,Slug,Title,is_active,Notes');
  expect(report.slice(1).map((line) => line.split(',')[0])).toEqual(['2', '4', '5', '6', '7']);
  expect(report[2]).toBe('4,code: is in row 1 already,https://example.com/3,one-of-import,,,');
  const link = (await run(['links', 'show', 'one-of-import', '--json'])).json();
  expect(link).toMatchObject({ url: 'https://example.com/1', title: 'A, B', active: true });
});

test('columns of other names are told with --map, and end and state are read', async () => {
  const file = csv(['Wohin;nicht,Kurz,Bis', 'https://example.com/mapped,mapped-one,2030-01-31']);
  expect((await run(['import', file])).err).toContain('no column holds the destination');
  const { code, out } = await run([
    'import',
    file,
    '--json',
    '--map',
    'url=Wohin;nicht',
    '--map',
    'code=Kurz',
    '--map',
    'expires-at=Bis',
  ]);
  expect([code, JSON.parse(out)]).toEqual([0, { rows: 1, created: 1, refused: 0, resumedAfter: 0, report: null }]);
  const link = (await run(['links', 'show', 'mapped-one', '--json'])).json();
  expect(link).toHaveProperty('expiresAt', '2030-01-31T00:00:00.000Z');
});

test('files that can not be read', async () => {
  expect((await run(['import', '/nonexistent/links.csv'])).err).toContain('there is no such file');
  expect((await run(['import', csv(['url', 'https://example.com']), '--map', 'colour=url'])).code).toBe(2);
  const latin = join(temporaryDirectory(), 'latin.csv');
  writeFileSync(latin, Buffer.from('url\nhttps://example.com/\xe4\n', 'latin1'));
  expect((await run(['import', latin])).err).toContain('is not UTF-8');
});

const ROWS = 8000;
const many = (name: string) =>
  csv(['url,title', ...Array.from({ length: ROWS }, (_, at) => `https://example.com/${name}/${at},row ${at}`)]);

const progressOf = (file: string): ImportProgress | null => {
  try {
    return JSON.parse(readFileSync(progressPath(file), 'utf8')) as ImportProgress;
  } catch {
    return null;
  }
};

/** Starts an import and ends it with a signal somewhere in the middle. */
async function startAndStop(file: string, signal: NodeJS.Signals): Promise<number | null> {
  const main = join(import.meta.dirname, '../src/main.ts');
  const child = spawn(process.execPath, [main, 'import', file], {
    env: { PATH: process.env.PATH ?? '', DATA_DIR: app.dataDir },
    stdio: 'ignore',
  });
  const exited = new Promise<number | null>((resolve) => child.on('close', resolve));
  while ((progressOf(file)?.chunksDone ?? 0) < 3 && child.exitCode === null) await Bun.sleep(1);
  child.kill(signal);
  return exited;
}

test('an import that was killed goes on where it stopped, and no row goes in twice', async () => {
  const file = many('killed');
  const before = await countLinks();
  await startAndStop(file, 'SIGKILL');
  expect(progressOf(file)?.rowsDone).toBeLessThan(ROWS);
  const result = (await run(['import', file, '--json'])).json<ImportResult>();
  expect(result).toMatchObject({ rows: ROWS, created: ROWS, refused: 0 });
  expect(result.resumedAfter).toBeGreaterThanOrEqual(1500);
  expect(await countLinks()).toBe(before + ROWS);
  expect(existsSync(progressPath(file))).toBe(false);
});

test('Ctrl-C ends it with 130; another file, another server or --restart do not go on', async () => {
  const file = many('stopped');
  expect(await startAndStop(file, 'SIGINT')).toBe(130);
  const elsewhere = await run(['import', file, '--url', 'http://127.0.0.1:1', '--key', TEST_API_KEY]);
  expect([elsewhere.code, elsewhere.err]).toEqual([1, expect.stringContaining(`it went to ${app.baseUrl}`)]);
  writeFileSync(file, 'url\nhttps://example.com/other\n');
  const changed = await run(['import', file]);
  expect([changed.code, changed.err]).toEqual([1, expect.stringContaining('the file has changed since')]);
  expect((await run(['import', file, '--restart'])).out).toBe('1 row: 1 links made, 0 refused\n');
});

test('a server that is gone in the middle ends it with 5, and the next run goes on', async () => {
  await using other = await startTestApp();
  const file = many('gone');
  let calls = 0;
  using proxy = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async (request) => {
      if (++calls === 4) return new Response('gone', { status: 500 });
      const { pathname } = new URL(request.url);
      return fetch(`${other.baseUrl}${pathname}`, {
        method: 'POST',
        headers: request.headers,
        body: await request.arrayBuffer(),
      });
    },
  });
  const argv = ['import', file, '--url', proxy.url.origin, '--key', TEST_API_KEY];
  expect((await waymark(argv)).code).toBe(5);
  const { code, out } = await waymark(argv);
  expect([code, out]).toEqual([0, '8,000 rows: 8,000 links made, 0 refused (went on after row 1,500)\n']);
});
