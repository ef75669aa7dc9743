import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startTestApp, type TestApp } from '../../server/test/start-app.ts';
import { clickAs } from './clicks.ts';
import { type Dashboard, openDashboard } from './dashboard.ts';
import { settled } from './settled.ts';

const ENV = { TRUSTED_PROXIES: '127.0.0.1' };
// The server is the test's own, since one of the tests stops it and starts it again on the same data and port.
const stack = new AsyncDisposableStack();
let app: TestApp;
let dashboard: Dashboard;
beforeAll(async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'waymark-home-'));
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  app = await startTestApp({ dataDir, env: ENV });
  stack.defer(() => app[Symbol.asyncDispose]());
  dashboard = stack.use(await openDashboard({ server: app }));
}, 120_000);
// Pages that stay open go on asking.
afterEach(async () => void (await Promise.all(dashboard.browser.contexts().map((context) => context.close()))));
afterAll(() => stack.disposeAsync());

const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
/** What screen readers are told of the rolling number. */
const count = (page: Page) => card(page, 'Today').locator('.sr-only').first();
const today = (page: Page) => count(page).innerText();
const liveRows = (page: Page) => page.getByRole('list', { name: 'Latest clicks' }).getByRole('listitem');
const isLive = (page: Page) => card(page, 'Latest clicks').getByRole('status').getByText('Live').waitFor();

test('an empty database shows first steps, and an address typed and entered becomes a link that is copied by keyboard', async () => {
  const page = await dashboard.open('/');
  await page.getByRole('heading', { name: 'Welcome to Waymark' }).waitFor();
  const field = page.getByRole('textbox', { name: 'Long address' });
  await field.focus();
  await page.evaluate(() => navigator.clipboard.writeText('example.com/from-home'));
  await page.keyboard.press('Control+v');
  await page.keyboard.press('Enter');
  const result = page.getByRole('region', { name: 'Shorten an address' }).getByRole('status');
  const short = await result.getByRole('link').first().innerText();
  const [link] = (await dashboard.api.links.list({ limit: 1 })).data;
  expect(link).toMatchObject({ shortUrl: short, url: 'https://example.com/from-home' });

  await result.getByRole('button', { name: 'Copy the short link' }).focus();
  await page.keyboard.press('Enter');
  await result.getByRole('button', { name: 'Copied' }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(short);
  expect(await field.inputValue()).toBe('');
  await page.getByRole('heading', { name: 'Needs attention' }).waitFor();
  expect(await page.getByRole('heading', { name: 'Welcome to Waymark' }).count()).toBe(0);
});

test('what cannot be shortened is said beside the field, and stays there to be put right', async () => {
  const page = await dashboard.open('/');
  const field = page.getByRole('textbox', { name: 'Long address' });
  await field.fill('javascript:alert(1)');
  await field.press('Enter');
  await page.getByRole('region', { name: 'Shorten an address' }).getByText(/http/).waitFor();
  expect(await field.getAttribute('aria-invalid')).toBe('true');
  expect(await field.inputValue()).toBe('javascript:alert(1)');
});

test('a click appears in the list and raises the count of today, with its country; a bot raises only that of all', async () => {
  const { code, id } = await dashboard.api.links.create({ url: 'https://example.com/live', code: 'live-one' });
  const page = await dashboard.open('/');
  await isLive(page);
  const before = Number(await today(page));
  await clickAs(app.baseUrl, code, { from: '91.12.0.1' });
  await liveRows(page).filter({ hasText: 'live-one' }).filter({ hasText: 'Germany' }).waitFor();
  await count(page)
    .filter({ hasText: new RegExp(`^${before + 1}$`) })
    .waitFor();
  await clickAs(app.baseUrl, code, { userAgent: 'Googlebot/2.1 (+http://www.google.com/bot.html)' });
  await liveRows(page).filter({ hasText: 'Bot' }).waitFor();
  await card(page, 'Today')
    .getByText(`${before + 2} with bots, previews and repeats`)
    .waitFor();
  expect(Number(await today(page))).toBe(before + 1);
  const { data } = await dashboard.api.analytics.totals({ link: id, quality: 'human' });
  expect(data.clicks).toBe(1);
});

test('paused by key the list stands still and says how many are newer; resumed it shows them', async () => {
  const { code } = await dashboard.api.links.create({ url: 'https://example.com/pause', code: 'while-paused' });
  const page = await dashboard.open('/');
  await isLive(page);
  await page.keyboard.press('p');
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  await clickAs(app.baseUrl, code);
  await page.getByText('Standing still while you look: 1 newer click').waitFor();
  expect(await liveRows(page).filter({ hasText: 'while-paused' }).count()).toBe(0);
  await page.keyboard.press('p');
  await liveRows(page).filter({ hasText: 'while-paused' }).waitFor();
});

test('a hidden tab asks for nothing; shown again it catches up with what it missed', async () => {
  const { code } = await dashboard.api.links.create({ url: 'https://example.com/hidden', code: 'while-hidden' });
  const page = await dashboard.open('/');
  await isLive(page);
  const hide = (hidden: boolean) =>
    page.evaluate((is) => {
      Object.defineProperty(document, 'visibilityState', { value: is ? 'hidden' : 'visible', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  const closed = new Promise<void>((resolve) => {
    page.once('websocket', (socket) => socket.once('close', () => resolve()));
  });
  await hide(true);
  await card(page, 'Latest clicks').getByRole('status').getByText('Paused').waitFor();
  await clickAs(app.baseUrl, code);
  await hide(false);
  await liveRows(page).filter({ hasText: 'while-hidden' }).waitFor();
  await isLive(page);
  await hide(true);
  await closed;
});

test('needs attention names a link that ends soon and leads to its form', async () => {
  const { code, id } = await dashboard.api.links.create({
    url: 'https://example.com/ending',
    code: 'ends-soon',
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
  });
  await clickAs(app.baseUrl, code);
  const page = await dashboard.open('/');
  const named = card(page, 'Needs attention').getByRole('listitem').filter({ hasText: 'ends-soon expires' });
  await named.getByRole('link', { name: 'Edit ends-soon' }).click();
  await page.waitForURL(`**/app/links/${id}?edit=1`);
});

test('while the server is away the page says so and shows what it has; back again it misses no click', async () => {
  const { code } = await dashboard.api.links.create({ url: 'https://example.com/restart', code: 'after-restart' });
  const page = await dashboard.open('/');
  await settled(page);
  await isLive(page);
  const rows = await liveRows(page).count();
  await app.stop();
  await card(page, 'Latest clicks').getByRole('status').getByText('Reconnecting').waitFor();
  await page.getByText('The server cannot be reached.').waitFor();
  expect(await liveRows(page).count()).toBe(rows);
  app = await startTestApp({ dataDir: app.dataDir, env: { ...ENV, PORT: String(app.port) } });
  // It may come before the page is connected again.
  await clickAs(app.baseUrl, code);
  await liveRows(page).filter({ hasText: 'after-restart' }).waitFor({ timeout: 30_000 });
  await isLive(page);
  await page.getByText('The server cannot be reached.').waitFor({ state: 'detached' });
}, 90_000);

test('no page logged an error', () => {
  expect(dashboard.problems).toEqual([]);
});
