import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { findings, overflow } from './axe.ts';
import { type Dashboard, DESKTOP, openDashboard, PHONE } from './dashboard.ts';
import { tabTo } from './focus.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard({ env: { LANDING: 'shorten', CLASSIC_API: 'open' } });
}, 120_000);
afterAll(() => dashboard[Symbol.asyncDispose]());
afterEach(() => dashboard.closePages());

/** Opens an address of the server itself, as a visitor does. */
async function visit(path: string, look: Parameters<Dashboard['open']>[1] = {}): Promise<Page> {
  const page = await dashboard.open('/sign-in', { ...look, signedIn: false });
  await page.goto(dashboard.baseUrl + path);
  return page;
}

async function expectReadable(path: string, heading: RegExp): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    for (const size of [DESKTOP, PHONE]) {
      const page = await visit(path, { theme, size });
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
      expect(await findings(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
      // axe itself is evaluated, not put into the page.
      expect(await page.locator('script').count()).toBe(0);
    }
  }
}

test(
  'the page of an unknown code is readable in both themes and on a phone, without a script',
  () => expectReadable('/nothing-here', /This link does not exist/),
  60_000,
);

test('so is that of an expired link', async () => {
  await fetch(`${dashboard.baseUrl}/urls`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      original_url: 'https://example.com/',
      short_code: 'long-over',
      expires_at: '2020-01-01T00:00:00Z',
    }),
  });
  await expectReadable('/long-over', /This link has expired/);
}, 120_000);

test('so is the form at the root', () => expectReadable('/', /Shorten a link/), 120_000);

test('so is the landing page of a server that shortens for nobody', async () => {
  await using closed = await openDashboard();
  for (const theme of ['light', 'dark'] as const) {
    const page = await closed.open('/sign-in', { theme, size: PHONE, signedIn: false });
    await page.goto(`${closed.baseUrl}/`);
    await page.getByRole('heading', { level: 1, name: /Short links that hold/ }).waitFor();
    expect(await findings(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    expect(await page.locator('script').count()).toBe(0);
  }
  expect(closed.problems).toEqual([]);
}, 120_000);

test('the form shortens by keyboard alone, and says in place what is wrong', async () => {
  const page = await visit('/', { size: PHONE });
  const address = page.getByLabel('Long address');
  await tabTo(page, address);
  await page.keyboard.type(`${dashboard.baseUrl}/circle`);
  await tabTo(page, page.getByLabel('Name of your choice'));
  await page.keyboard.type('by-hand');
  await page.keyboard.press('Enter');
  await page.locator('[aria-invalid="true"]').waitFor();
  expect(await page.getByLabel('Name of your choice').inputValue()).toBe('by-hand');
  expect(await findings(page)).toEqual([]);

  await address.focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('https://example.com/by-hand');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Your short link' }).waitFor();
  expect(await findings(page)).toEqual([]);
  const [link] = (await dashboard.api.links.list({ code: 'by-hand' })).data;
  expect(link?.url).toBe('https://example.com/by-hand');
  const another = page.getByRole('link', { name: 'Shorten another' });
  await tabTo(page, another);
  await page.keyboard.press('Enter');
  await address.waitFor();
});

test('no page complained', () => expect(dashboard.problems).toEqual([]));
