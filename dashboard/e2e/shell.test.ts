import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { type Dashboard, openDashboard, PHONE } from './dashboard.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard({ sample: { clicks: 2000, links: 50 } });
}, 120_000);
afterAll(() => dashboard[Symbol.asyncDispose]());

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').waitFor();
}

const heading = (name: string) => ({ level: 1, name }) as const;

test('keys lead to every page, and ? lists them', async () => {
  const page = await dashboard.open('/');
  await page.getByRole('heading', heading('Home')).waitFor();
  for (const [key, name] of [
    ['l', 'Links'],
    ['a', 'Analytics'],
    ['e', 'Activity'],
    ['i', 'Imports and exports'],
    ['k', 'API keys'],
    ['s', 'System'],
    ['h', 'Home'],
  ] as const) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await page.getByRole('heading', heading(name)).waitFor();
  }
  await page.keyboard.press('?');
  const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await list.waitFor();
  expect(await list.getByText('Go to Links').count()).toBe(1);
  await page.keyboard.press('Escape');
  await list.waitFor({ state: 'detached' });
});

test('single keys can be turned off', async () => {
  const page = await dashboard.open('/links');
  await page.getByRole('heading', heading('Links')).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('switch', { name: 'Single-key shortcuts' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await page.keyboard.press('?');
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog', { name: 'Links, pages and actions' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/app/links');
  expect(await page.getByRole('dialog').count()).toBe(1);
});

test('the palette finds links, pages and actions by keyboard alone', async () => {
  const page = await dashboard.open('/system');
  await page.getByRole('heading', heading('System')).waitFor();
  await openPalette(page);
  await page.keyboard.type('Spring sale');
  await page.getByRole('option', { name: /Spring sale/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/app/links/1');

  await openPalette(page);
  await page.keyboard.type('api k');
  await page.getByRole('option', { name: 'API keys' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', heading('API keys')).waitFor();

  await openPalette(page);
  await page.keyboard.type('dark');
  await page.getByRole('option', { name: /dark theme/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
});

test('an address pasted anywhere opens the form with it', async () => {
  const page = await dashboard.open('/analytics');
  await page.getByRole('heading', heading('Analytics')).waitFor();
  await page.evaluate(() => navigator.clipboard.writeText('https://example.com/pasted'));
  await page.keyboard.press('Control+v');
  await page.getByRole('heading', heading('New link')).waitFor();
  expect(await page.getByLabel('Destination').inputValue()).toBe('https://example.com/pasted');
});

test('the language and the theme are kept in this browser', async () => {
  const page = await dashboard.open('/');
  await page.getByRole('button', { name: 'bootstrap' }).click();
  await page.getByRole('menuitemradio', { name: 'Deutsch' }).click();
  await page.getByRole('heading', heading('Start')).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
  await page.getByRole('button', { name: 'bootstrap' }).click();
  await page.getByRole('menuitemradio', { name: 'Dunkel' }).click();
  await page.reload();
  await page.getByRole('heading', heading('Start')).waitFor();
  expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
});

test('on a phone the navigation opens from a button and closes after a choice', async () => {
  const page = await dashboard.open('/', { size: PHONE });
  await page.getByRole('button', { name: 'Open navigation' }).click();
  await page.getByRole('dialog', { name: 'Navigation' }).getByRole('link', { name: 'Links' }).click();
  await page.getByRole('heading', heading('Links')).waitFor();
  expect(await page.getByRole('dialog').count()).toBe(0);
});

test('the first Tab skips to the content', async () => {
  const page = await dashboard.open('/links');
  await page.getByRole('heading', heading('Links')).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
});

test('an address that leads nowhere says so and leads home', async () => {
  const page = await dashboard.open('/no/such/page');
  await page.getByRole('link', { name: 'Go to the home page' }).click();
  await page.getByRole('heading', heading('Home')).waitFor();
});
