import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Link } from '@waymark/contract/v1/links';
import { startTestApp, type TestApp } from '../../server/test/start-app.ts';
import { type Outcome, type Surroundings, waymark } from './run-waymark.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const run = (line: string, around: Surroundings = {}): Promise<Outcome> =>
  waymark(line.split(' '), { ...around, env: { DATA_DIR: app.dataDir, ...around.env } });

describe('on the machine of the server, without any key', () => {
  test('a link is made, and its short URL is all of standard output', async () => {
    const { code, out, err } = await run('links create https://example.com/sale --code spring --title Spring');
    expect([code, out]).toEqual([0, `${app.baseUrl}/spring\n`]);
    expect(err).toContain('→ https://example.com/sale');
    const followed = await fetch(`${app.baseUrl}/spring`, { redirect: 'manual' });
    expect(followed.headers.get('location')).toBe('https://example.com/sale');
  });

  test('--quiet leaves out what is not the result', async () => {
    const { out, err } = await run('links create https://example.com/quiet -q');
    expect(out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\w{7}\n$/);
    expect(err).toBe('');
  });

  test('--json answers with the link, options before or behind the command', async () => {
    const link = (await run('--json links create https://example.com/j --expires 30d --redirect 301')).json<Link>();
    expect(link).toMatchObject({ url: 'https://example.com/j', redirectStatus: 301, active: true });
    const days = (Date.parse(link.expiresAt ?? '') - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29.9);
    expect((await run(`links show ${link.id} --json`)).json()).toHaveProperty('code', link.code);
  });

  test('a link is found by code, by id and by short URL', async () => {
    const { id } = (await run('links show spring --json')).json<Link>();
    for (const ref of [id, `${app.baseUrl}/spring`, `${app.baseUrl}/r/spring`])
      expect((await run(`links show ${ref} --json`)).json()).toHaveProperty('code', 'spring');
    expect((await run('links show spring')).out).toMatch(/leads to +https:\/\/example\.com\/sale\n/);
  });

  test('the list fits a terminal of 80 columns, whatever is in it', async () => {
    await run(`links create https://example.com/${'long/'.repeat(60)} --title 広告`);
    const { out } = await run('links list', { isTerminal: true, env: { NO_COLOR: '1' } });
    expect(out).toContain('ID  CODE');
    expect(out).toContain('…');
    for (const line of out.split('\n')) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(80);
  });

  test('colours are for terminals, and NO_COLOR takes them away', async () => {
    expect((await run('links list', { isTerminal: true })).out).toContain('\u001b[');
    expect((await run('links list', { isTerminal: true, env: { NO_COLOR: '1' } })).out).not.toContain('\u001b[');
    expect((await run('links list')).out).not.toContain('\u001b[');
  });

  test('what a title holds does not reach the terminal as a command', async () => {
    const { id } = (
      await waymark(['links', 'create', 'https://example.com/t', '--title', 'a\u001b[2Jb', '--json'], {
        env: { DATA_DIR: app.dataDir },
      })
    ).json<Link>();
    const { out } = await run(`links show ${id}`);
    expect(out).toContain('a\uFFFD[2Jb');
    expect(out).not.toContain('\u001b');
  });

  test('--all streams one link a line, and pages follow each other', async () => {
    const lines = (await run('links list --all --json')).out.trim().split('\n');
    const ids = lines.map((line) => (JSON.parse(line) as Link).id);
    expect(new Set(ids).size).toBe(ids.length);
    const first = (await run('links list -n 2 --json')).json<{ data: Link[]; nextCursor: string }>();
    const next = (await run(`links list -n 2 --json --cursor ${first.nextCursor}`)).json<{ data: Link[] }>();
    expect([...first.data, ...next.data].map(({ id }) => id)).toEqual(ids.slice(0, 4));
    expect((await run('links list --all')).out.trim().split('\n')).toHaveLength(ids.length + 1);
  });

  test('a search that finds nothing says so, and is no failure', async () => {
    const { code, out, err } = await run('links list --search nowhere-at-all');
    expect([code, out, err]).toEqual([0, '', 'No links.\n']);
  });

  test('a link is changed, switched off, and its end taken away', async () => {
    expect((await run('links update spring --to https://example.com/summer --deactivate')).out).toContain('inactive');
    const link = (await run('links update spring --activate --expires never --json')).json<Link>();
    expect(link).toMatchObject({ url: 'https://example.com/summer', active: true, expiresAt: null });
  });

  test('a deleted link is restored by its code or id', async () => {
    const { id } = (await run('links create https://example.com/d --code deleted-one --json')).json<Link>();
    expect((await run('links delete deleted-one')).err).toContain(`waymark links restore ${id}`);
    expect((await run('links show deleted-one')).code).toBe(3);
    expect((await run('links list --deleted')).out).toContain('deleted-one');
    expect((await run('links restore deleted-one')).out).toBe(`${app.baseUrl}/deleted-one\n`);
    expect((await run('links delete deleted-one --json')).json()).toEqual({ id, code: 'deleted-one', deleted: true });
    expect((await run(`links restore ${id} --json`)).json()).toHaveProperty('deletedAt', null);
  });

  test('without a desktop, open prints the short URL', async () => {
    expect((await run('links open spring')).out).toBe(`${app.baseUrl}/spring\n`);
    expect((await run('links open spring --json')).json()).toMatchObject({ opened: false });
  });
});

describe('what the server refuses', () => {
  const REFUSED: [string, number, string][] = [
    ['links create nonsense', 4, 'url: must be an absolute'],
    ['links create https://example.com --code spring', 4, 'code'],
    ['links create https://example.com --code users', 4, 'belongs to the service'],
    ['links show nothing-here', 3, 'there is no link nothing-here'],
    ['links show 999999', 3, 'Link not found'],
    ['links restore nothing-here', 3, 'there is no deleted link'],
    ['links update spring', 2, 'nothing to change'],
    ['links update spring --activate --deactivate', 2, 'opposites'],
    ['links list --sort size', 2, 'no field to sort by'],
    ['links list --limit 0', 2, 'whole number from 1 to 1000'],
    ['links list --active --inactive', 2, 'opposites'],
    ['links create https://example.com --redirect 303', 2, 'none of 301'],
    ['links create https://example.com --expires soon', 2, 'is no time'],
  ];
  for (const [line, code, words] of REFUSED)
    test(`${line} ends with ${code}`, async () => {
      const text = await run(line);
      expect([text.code, text.out]).toEqual([code, '']);
      expect(text.err).toContain(words);
      const json = await run(`${line} --json`);
      expect(json.code).toBe(code);
      expect(JSON.parse(json.err)).toHaveProperty('error.exitCode', code);
    });
});
