import { afterAll, beforeAll, expect, test } from 'bun:test';
import { TEST_API_KEY } from '../../server/test/start-app.ts';
import { type Dashboard, openDashboard } from './dashboard.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
}, 120_000);
afterAll(() => dashboard[Symbol.asyncDispose]());

test('without a session every page leads to signing in, and back after it', async () => {
  const page = await dashboard.open('/links?q=spring', { signedIn: false });
  await page.getByLabel('API key').fill(TEST_API_KEY);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Links' }).waitFor();
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/app/links?q=spring');
});

test('a wrong key is refused in words, and the field keeps the focus of whoever typed it', async () => {
  const page = await dashboard.open('/sign-in', { signedIn: false });
  await page.getByLabel('API key').fill('wm_wrong');
  await page.getByLabel('API key').press('Enter');
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').textContent()).not.toBe('');
});

test('a sign-in link works once, by its button, and leaves no token in the address', async () => {
  const { url } = await dashboard.api.signInLinks.create({ name: 'laptop' });
  const path = url.slice(url.indexOf('/app') + 4);
  const page = await dashboard.open(path, { signedIn: false });
  const button = page.getByRole('button', { name: 'Sign in on this browser' });
  await button.waitFor();
  expect(page.url()).not.toContain('#');
  await button.click();
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
  const cookies = await page.context().cookies();
  expect(cookies.map(({ httpOnly, sameSite }) => ({ httpOnly, sameSite }))).toEqual([
    { httpOnly: true, sameSite: 'Strict' },
  ]);

  const second = await dashboard.open(path, { signedIn: false });
  await second.getByRole('button', { name: 'Sign in on this browser' }).click();
  await second.getByText('has been used or is older than 15 minutes').waitFor();
  await second.getByLabel('API key').waitFor();
});

test('signing out ends the session, here and on the server', async () => {
  const page = await dashboard.open('/system');
  const [cookie] = await page.context().cookies();
  await page.getByRole('button', { name: 'bootstrap' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  const answer = await fetch(`${dashboard.baseUrl}/api/v1/session`, {
    headers: { Cookie: `${cookie?.name}=${cookie?.value}` },
  });
  expect(answer.status).toBe(401);
});
