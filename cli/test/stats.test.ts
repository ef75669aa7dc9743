import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { startTestApp, type TestApp } from '../../server/test/start-app.ts';
import type { Stats } from '../src/commands/stats.ts';
import { chart, shareBar } from '../src/output/chart.ts';
import { waymark } from './run-waymark.ts';

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await run('links create https://example.com/a --code alpha');
  await run('links create https://example.com/b --code beta');
  const click = (code: string, agent: string) =>
    fetch(`${app.baseUrl}/${code}`, {
      redirect: 'manual',
      headers: { 'User-Agent': agent, Referer: 'https://news.example.org/today' },
    });
  for (let visitor = 0; visitor < 6; visitor++) await click(visitor < 4 ? 'alpha' : 'beta', `${CHROME} v/${visitor}`);
  await click('alpha', 'Googlebot/2.1 (+http://www.google.com/bot.html)');
  // A classic read of clicks waits until all that was accepted is in the database.
  expect((await (await fetch(`${app.baseUrl}/events?event_type=click`)).json()) as unknown[]).toHaveLength(7);
});
afterAll(() => app[Symbol.asyncDispose]());

const run = (line: string, isTerminal = false) =>
  waymark(line.split(' '), { env: { DATA_DIR: app.dataDir, NO_COLOR: '1' }, isTerminal });

describe('stats', () => {
  test('of a link: what it counts, a chart, and who clicked, within 80 columns', async () => {
    const { code, out } = await run('stats alpha --range 7d', true);
    expect(code).toBe(0);
    expect(out).toContain(`${app.baseUrl}/alpha → https://example.com/a`);
    expect(out).toContain('4 clicks by 4 visitors');
    expect(out).toMatch(/4 ┤ +█+\n/);
    expect(out).toMatch(/news\.example\.org +4 +4 +100\.0% +█{20}/);
    for (const line of out.split('\n')) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(80);
  });

  test('of all links: which were clicked most', async () => {
    const { out } = await run('stats');
    expect(out).toMatch(/alpha +4 +4 +66\.7%/);
    expect(out).toMatch(/beta +2 +2 +33\.3%/);
  });

  test('in JSON, by other names, of another quality and with a filter', async () => {
    const all = (await run('stats alpha --by browser,quality --quality all --range 24h --json')).json<Stats>();
    expect(all.totals.data.clicks).toBe(5);
    expect(all.timeseries.interval).toBe('hour');
    expect(all.top.map(({ dimension }) => dimension)).toEqual(['browser', 'quality']);
    expect(all.top[1]?.data).toContainEqual(expect.objectContaining({ value: 'bot', clicks: 1 }));
    const none = (await run('stats --filter browser:Firefox --json')).json<Stats>();
    expect(none.totals.data.clicks).toBe(0);
    expect((await run('stats --filter browser:Firefox')).out).toContain('0 clicks by 0 visitors');
  });

  test('of a link that is not there, and of a time zone that is none', async () => {
    expect((await run('stats nothing-here')).code).toBe(3);
    expect((await run('stats alpha --tz Mars')).code).toBe(4);
    expect((await run('stats --from 2030-01-02 --to 2030-01-01')).code).toBe(2);
  });
});

describe('the chart', () => {
  const bars = (values: number[]) => values.map((value, at) => ({ label: `d${at}`, value }));

  test('draws shares of the highest value in eighths', () => {
    expect(chart(bars([1, 2, 4, 8]), 40, 1)).toBe(
      [' 8 ┤▁▁▁ ▂▂▂ ▄▄▄ ███', ' 0 ┴───────────────', '    d0           d3'].join('\n'),
    );
  });

  test('shows the least click beside a thousand, and nothing for none', () => {
    const [bottom = ''] = chart(bars([1000, 1, 0]), 40, 2)
      .split('\n')
      .slice(1);
    expect(bottom).toBe('    │███ ▁▁▁');
  });

  test('adds neighbours up where there are more bars than columns', () => {
    const drawn = chart(bars(Array.from({ length: 365 }, () => 1)), 60);
    for (const line of drawn.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    expect(drawn).toContain('d0');
    expect(drawn).toContain('d364');
  });

  test('a share is a bar of eighths', () => {
    expect([shareBar(0, 4), shareBar(0.001, 4), shareBar(0.5, 4), shareBar(1, 4)]).toEqual(['', '▏', '██', '████']);
  });
});

describe('export', () => {
  test('links, clicks and events as CSV', async () => {
    expect((await run('export links')).out.split('\n')[0]).toMatch(/^id,code,shortUrl,url,/);
    const clicks = (await run('export clicks --link alpha')).out.trim().split('\n');
    expect(clicks).toHaveLength(6);
    expect((await run('export clicks --quality human')).out.trim().split('\n')).toHaveLength(7);
    expect((await run('export events')).out).toContain('created');
  });

  test('as JSON', async () => {
    expect((await run('export links --json')).json<unknown[]>()).toHaveLength(2);
    expect((await run('export clicks --format json --from 1d')).json<unknown[]>()).toHaveLength(7);
  });

  test('an option that does not fit is refused', async () => {
    expect((await run('export links --from 1d')).code).toBe(2);
    expect((await run('export links --link alpha')).code).toBe(2);
    expect((await run('export links --format xml')).code).toBe(2);
  });
});
