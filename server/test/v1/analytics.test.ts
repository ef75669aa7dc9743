import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Link } from '@waymark/contract/v1/links';
import { until } from '../../src/commands/cluster/until.ts';
import { IS_SCALED } from '../test-shape.ts';
import { failure, startV1, type V1App } from './v1-app.ts';

const FIREFOX = (version: number) =>
  `Mozilla/5.0 (X11; Linux x86_64; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`;
const BOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

let v1: V1App;
let link: Link;
let other: Link;
beforeAll(async () => {
  v1 = await startV1();
  link = await v1.admin.links.create({ url: 'https://example.com/a', title: 'A' });
  other = await v1.admin.links.create({ url: 'https://example.com/b' });
  const visit = (code: string, agent: string, query = '') =>
    fetch(`${v1.app.baseUrl}/${code}${query}`, {
      redirect: 'manual',
      headers: { 'User-Agent': agent, 'Accept-Language': 'de' },
    });
  for (let n = 0; n < 6; n++)
    await visit(link.code, FIREFOX(100 + n), n < 4 ? '?utm_source=mail' : '?utm_source=a:b c');
  for (let n = 0; n < 3; n++) await visit(link.code, BOT);
  for (let n = 0; n < 2; n++) await visit(other.code, FIREFOX(120 + n));
  await committed(11);
});
afterAll(() => v1[Symbol.asyncDispose]());

async function committed(count: number): Promise<void> {
  const until = Date.now() + 10_000;
  for (;;) {
    const { clicks } = await v1.admin.system.get();
    if (clicks.committed >= count) return;
    if (Date.now() > until) throw new Error(`only ${clicks.committed} clicks were committed`);
    await new Promise<void>((resume) => setTimeout(resume, 50));
  }
}

test('totals are the clicks that were made, of people unless all are asked for', async () => {
  const { data, quality, source, asOf, sampled } = await v1.admin.analytics.totals({ link: link.id });
  expect(data).toEqual({ clicks: 6, visitors: 6, previous: { clicks: 0, visitors: 0 } });
  expect([quality, source, sampled]).toEqual(['human', 'rollup', false]);
  expect(Math.abs(Date.parse(asOf) - Date.now())).toBeLessThan(60_000);
  expect((await v1.admin.analytics.totals({ link: link.id, quality: 'all' })).data.clicks).toBe(9);
  expect((await v1.admin.analytics.totals({ link: link.id, quality: 'bot' })).data.clicks).toBe(3);
  expect((await v1.admin.analytics.totals({ quality: 'all' })).data.clicks).toBe(11);
});

test('a time series has every bucket of the zone and adds up to the totals', async () => {
  const [from, to] = [new Date(Date.now() - 5 * 86_400_000), new Date(Date.now() + 3_600_000)];
  for (const interval of ['hour', 'day', 'week', 'month'] as const) {
    const series = await v1.admin.analytics.timeseries({ link: link.id, from, to, interval, tz: 'Asia/Kolkata' });
    expect(series.data.reduce((sum, { clicks }) => sum + clicks, 0)).toBe(6);
    expect(series.interval).toBe(interval);
    if (interval === 'hour') expect(series.data.length).toBe(122);
    if (interval === 'day')
      for (const { start } of series.data) expect(new Date(start).toISOString().slice(11)).toBe('18:30:00.000Z');
  }
});

test('top values come with their counts; links with their code and short URL', async () => {
  const sources = await v1.admin.analytics.top({ dimension: 'utm_source', link: link.id });
  expect(sources.data).toEqual([
    { value: 'mail', clicks: 4, visitors: 4 },
    { value: 'a:b c', clicks: 2, visitors: 2 },
  ]);
  const links = await v1.admin.analytics.top({ dimension: 'link', limit: 1 });
  expect(links.data).toEqual([
    { value: link.id, clicks: 6, visitors: 6, code: link.code, shortUrl: link.shortUrl, title: 'A' },
  ]);
});

test('filters: values of one dimension are alternatives, dimensions all hold, a value may have colons', async () => {
  const clicks = async (...filter: string[]) =>
    (await v1.admin.analytics.totals({ link: link.id, filter, quality: 'all' })).data.clicks;
  expect(await clicks('utm_source:mail')).toBe(4);
  expect(await clicks('utm_source:a:b c')).toBe(2);
  expect(await clicks('utm_source:mail', 'utm_source:a:b c')).toBe(6);
  expect(await clicks('utm_source:mail', 'browser:Firefox', 'language:de')).toBe(4);
  expect(await clicks('utm_source:mail', 'quality:bot')).toBe(0);
  expect(await clicks('utm_source:')).toBe(3);
  const { data, source } = await v1.admin.analytics.totals({ filter: [`link:${other.id}`, 'browser:Firefox'] });
  expect([data.clicks, source]).toEqual([2, 'rollup']);
});

test('week and hours, and the lines of many links in one call', async () => {
  const week = await v1.admin.analytics.weekHours({ tz: 'America/New_York' });
  expect(week.data.map((day) => day.length)).toEqual([24, 24, 24, 24, 24, 24, 24]);
  expect(week.data.flat().reduce((sum, n) => sum + n, 0)).toBe(8);
  const lines = await v1.admin.analytics.sparklines({ links: [other.id, link.id, '999'], points: 5, quality: 'all' });
  expect(lines.data.map((line) => [line.link, line.points.reduce((sum, n) => sum + n, 0)])).toEqual([
    [other.id, 2],
    [link.id, 9],
  ]);
});

test('a deleted link has no analytics, and is not among the top links', async () => {
  const gone = await v1.admin.links.create({ url: 'https://example.com/gone' });
  for (let n = 0; n < 9; n++) await fetch(`${v1.app.baseUrl}/${gone.code}`, { redirect: 'manual' });
  await committed(20);
  await v1.admin.links.delete(gone.id);
  expect((await failure(v1.admin.analytics.totals({ link: gone.id }))).code).toBe('not_found');
  expect((await failure(v1.admin.analytics.totals({ filter: [`link:${gone.id}`] }))).code).toBe('not_found');
  const top = await v1.admin.analytics.top({ dimension: 'link', quality: 'all', limit: 2 });
  expect(top.data.map(({ value, clicks }) => [value, clicks])).toEqual([
    [link.id, 9],
    [other.id, 2],
  ]);
});

test.each([
  ['timeseries?tz=Mars/Olympus', 'tz'],
  ['timeseries?tz=%2B01:00', 'tz'],
  ['timeseries?from=2000-01-01T00:00:00Z&to=2009-01-01T00:00:00Z&interval=hour', 'interval'],
  ['totals?from=2000-01-01T00:00:00Z', 'to'],
  ['totals?from=2999-01-01T00:00:00Z', 'from'],
  ['totals?from=2020-01-02T00:00:00Z&to=2020-01-01T00:00:00Z', 'to'],
  ['totals?from=yesterday', 'from'],
  ['totals?link=x', 'link'],
  ['totals?filter=planet:mars', 'filter.0'],
  ['totals?filter=country', 'filter.0'],
  ['totals?filter=link:me', 'filter.0'],
  ['totals?quality=good', 'quality'],
  ['totals?interval=day', 'interval'],
  ['top?limit=3', 'dimension'],
  ['top?dimension=country&limit=1001', 'limit'],
  [`sparklines?links=${Array.from({ length: 201 }, (_, n) => n + 1).join(',')}`, 'links'],
  ['sparklines?links=1,,2', 'links'],
  ['sparklines?links=1&points=0', 'points'],
])('GET /v1/analytics/%s is a 400 that names %s', async (path, field) => {
  const response = await v1.raw(`/v1/analytics/${path}`);
  const problem = (await response.json()) as { code: string; errors: { field: string }[] };
  expect([response.status, problem.code, problem.errors[0]?.field]).toEqual([400, 'invalid_request', field]);
});

test('the state of the system adds up, and says whose geography it is', async () => {
  const system = await v1.admin.system.get();
  expect(system.clicks).toMatchObject({ accepted: 20, committed: 20, inFlight: 0, difference: 0, dropped: 0 });
  expect(system.storage).toMatchObject({ kind: IS_SCALED ? 'postgres' : 'sqlite' });
  expect(system.storage.schemaVersion).toBeGreaterThan(0);
  if (!IS_SCALED) expect(system.storage.bytes['waymark.db']).toBeGreaterThan(0);
  expect(system.geo).toEqual({ source: 'dbip-country.mmdb', attribution: 'IP Geolocation by DB-IP' });
  expect(system.cache.hits + system.cache.misses).toBeGreaterThanOrEqual(20);
  expect(system.links).toEqual({ value: expect.any(Number), exact: true });
  expect(system.links?.value).toBeGreaterThan(0);
  expect(system.edges).toHaveLength(IS_SCALED ? 1 : 0);
  if (IS_SCALED) {
    const settled = () => v1.admin.system.get().then(({ edges: [edge] }) => edge?.changesBehind === 0);
    await until(settled, { what: 'an edge that has applied all changes' });
    expect((await v1.admin.system.get()).edges).toMatchObject([{ changesBehind: 0, lagSeconds: 0 }]);
  }
  expect(system.roles).toEqual(['edge', 'api', 'worker']);
  expect((await failure(v1.client(null).system.get())).code).toBe('unauthorized');
});

test('a QR code comes as PNG and SVG of the size asked for, and once', async () => {
  const png = await v1.admin.links.qr(link.id, { size: 300, dark: '#1a2b3c', light: 'transparent', ecc: 'H' });
  const bytes = Buffer.from(await png.arrayBuffer());
  expect(png.headers.get('content-type')).toBe('image/png');
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([300, 300]);
  const svg = await (await v1.admin.links.qr(link.id, { format: 'svg', dark: '#AABBCC' })).text();
  expect(svg).toStartWith('<svg');
  expect(svg).toContain('fill="#aabbcc"');
  const etag = png.headers.get('etag') ?? '';
  const again = await v1.raw(`/v1/links/${link.id}/qr?size=300&dark=1a2b3c&light=transparent&ecc=H`, {
    headers: { 'If-None-Match': etag },
  });
  expect(again.status).toBe(304);
  const tooSmall = await failure(v1.admin.links.qr(link.id, { size: 64, margin: 20 }));
  expect([tooSmall.code, tooSmall.errors[0]?.field]).toEqual(['invalid_request', 'size']);
  expect((await failure(v1.admin.links.qr('999'))).code).toBe('not_found');
});
