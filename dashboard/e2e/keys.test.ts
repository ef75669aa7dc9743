import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { ApiError, WaymarkClient } from '@waymark/contract/client';
import type { Page } from 'playwright-core';
import { type Dashboard, openDashboard } from './dashboard.ts';
import { focused, tabTo } from './focus.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
}, 120_000);
afterAll(() => dashboard[Symbol.asyncDispose]());
afterEach(() => dashboard.closePages());

async function openKeys(look: Parameters<Dashboard['open']>[1] = {}): Promise<Page> {
  const page = await dashboard.open('/keys', look);
  await page.getByRole('heading', { level: 1, name: 'API keys' }).waitFor();
  return page;
}

/** What the server answers to a question that is asked with this key: null where it is let in. */
const refusalOf = (apiKey: string) =>
  new WaymarkClient({ baseUrl: dashboard.baseUrl, apiKey }).links.list({ limit: 1 }).then(
    () => null,
    (error: unknown) => (error instanceof ApiError ? error.code : error),
  );

const keysNamed = async (wanted: string) =>
  (await dashboard.api.keys.list()).data.filter(({ name }) => name === wanted);

test('a key is made by keyboard alone, shown once, works, and is refused once it is revoked', async () => {
  const page = await openKeys();
  await page.keyboard.press('n');
  const form = page.getByRole('dialog', { name: 'New API key' });
  await focused(form.getByLabel('Name'));
  await page.keyboard.press('Enter');
  await form.getByText('Give it a name.').waitFor();
  await page.keyboard.type('ci of the site');
  await tabTo(page, form.getByRole('radio', { name: 'Read', exact: true }));
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');

  const shown = page.getByRole('dialog', { name: 'The key “ci of the site”' });
  await shown.waitFor();
  await tabTo(page, shown.getByRole('button', { name: 'Copy Secret' }));
  await page.keyboard.press('Enter');
  await shown.getByRole('button', { name: 'Copied', exact: true }).waitFor();
  const secret = await page.evaluate(() => navigator.clipboard.readText());
  expect(await shown.getByRole('group', { name: 'Secret' }).locator('code').textContent()).toBe(secret);
  expect(await refusalOf(secret)).toBeNull();
  const [key] = await keysNamed('ci of the site');
  expect(key).toMatchObject({ scope: 'write', revokedAt: null });
  expect(Date.parse(key?.expiresAt ?? '') - Date.now()).toBeGreaterThan(89 * 86_400_000);

  await shown.getByRole('button', { name: 'I have copied it' }).click();
  await shown.waitFor({ state: 'detached' });
  // What had the focus when the first window opened is there no more, nor is that window.
  await focused(page.getByRole('main'));
  expect(await page.locator('body').innerText()).not.toContain(secret);

  const row = page.getByRole('listitem').filter({ hasText: 'ci of the site' });
  await row.getByRole('button', { name: 'Revoke ci of the site' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
  await row.getByText('Revoked').first().waitFor();
  expect(await refusalOf(secret)).toBe('unauthorized');
});

test('where the page came over plain http, a secret is copied all the same', async () => {
  const page = await openKeys();
  // Browsers keep navigator.clipboard from such pages; this server's own address counts as safe.
  await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  await page.reload();
  await page.getByRole('button', { name: 'New API key' }).first().click();
  await page.getByLabel('Name').fill('over http');
  await page.keyboard.press('Enter');
  const shown = page.getByRole('dialog', { name: 'The key “over http”' });
  const secret = (await shown.getByRole('group', { name: 'Secret' }).locator('code').textContent()) ?? '';
  await shown.getByRole('button', { name: 'Copy Secret' }).click();
  const copied = shown.getByRole('button', { name: 'Copied', exact: true });
  await copied.waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').press('Control+v');
  expect(await page.getByRole('combobox').inputValue()).toBe(secret);
});

test('a key whose answer was lost is made once; its secret is gone, and the page says what to do', async () => {
  const page = await openKeys();
  let tries = 0;
  await page.route('**/api/v1/keys', async (route) => {
    if (route.request().method() !== 'POST' || tries++ > 0) return route.fallback();
    await route.fetch();
    await route.abort('connectionreset');
  });
  await page.getByRole('button', { name: 'New API key' }).first().click();
  await page.getByLabel('Name').fill('cut off');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('No answer came from the server.').waitFor();
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByText('Revoke it and make another').waitFor();
  expect(await keysNamed('cut off')).toHaveLength(1);
});

test('another session is signed out at once', async () => {
  const { secret = '' } = await dashboard.api.keys.create({ name: 'the other browser', scope: 'write' });
  await dashboard.api.links.create({ url: 'https://example.com/' });
  const other = await dashboard.open('/', { apiKey: secret });
  await other.getByRole('status').getByText('Live', { exact: true }).waitFor();

  const page = await openKeys();
  const sessions = page.getByRole('list', { name: 'Sessions' });
  await sessions.getByText('This one').first().waitFor();
  const row = sessions.getByRole('listitem').filter({ hasText: 'the other browser' });
  expect(await row.innerText()).toContain('Chrome');
  await row.getByRole('button', { name: /^Sign out/ }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Sign out' }).click();
  await row.waitFor({ state: 'detached' });
  const names = (await dashboard.api.sessions.list()).data.map(({ name }) => name);
  expect(names).not.toContain('the other browser');

  // Not asked for anything: it learns of it by itself.
  await other.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(new URL(other.url()).searchParams.get('next')).toBe('/');
});

test('a sign-in link lets another browser in, as whom it is for', async () => {
  const page = await openKeys();
  await page.getByRole('button', { name: 'Make a sign-in link' }).click();
  const dialog = page.getByRole('dialog', { name: 'Sign-in link' });
  await dialog.getByLabel('Name of the session').fill('tablet');
  await dialog.getByRole('radio', { name: 'Read', exact: true }).check();
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  const url = (await dialog.getByRole('group', { name: 'Sign-in link' }).locator('code').textContent()) ?? '';
  expect(url).toStartWith(`${dashboard.baseUrl}/app/sign-in#`);

  const tablet = await dashboard.open(url.slice(url.indexOf('/app') + 4), { signedIn: false });
  await tablet.getByRole('button', { name: 'Sign in on this browser' }).click();
  await tablet.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
  const { data } = await dashboard.api.sessions.list();
  expect(data.filter(({ name }) => name === 'tablet')).toMatchObject([{ scope: 'read' }]);
});

test('a session without an administrator’s rights sees why keys are not for it', async () => {
  const { secret = '' } = await dashboard.api.keys.create({ name: 'writer', scope: 'write' });
  const page = await openKeys({ apiKey: secret });
  await page.getByText('Keys are for administrators').waitFor();
  await page.getByText("This takes an administrator's rights").first().waitFor();
  const create = page.getByRole('button', { name: 'New API key' });
  expect(await create.getAttribute('aria-disabled')).toBe('true');
  await page.keyboard.press('n');
  expect(await page.getByRole('dialog').count()).toBe(0);
});

test('no page complained', () => expect(dashboard.problems).toEqual([]));
