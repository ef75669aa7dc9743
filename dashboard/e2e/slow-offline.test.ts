import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import type { Page, Route } from 'playwright-core';
import { TEST_API_KEY } from '../../server/test/start-app.ts';
import { type Dashboard, openDashboard } from './dashboard.ts';
import { settled } from './settled.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard({ sample: { clicks: 2000, links: 50 } });
}, 120_000);
// Pages that stay open go on asking.
afterEach(async () => void (await Promise.all(dashboard.browser.contexts().map((context) => context.close()))));
afterAll(() => dashboard[Symbol.asyncDispose]());

const API = '**/api/v1/**';
const note = (page: Page) => page.getByText('The server cannot be reached. What you see may be old');

/** An answer of the API that says no. */
function refuse(route: Route, status: number, code: string, headers: Record<string, string> = {}): Promise<void> {
  const problem = { type: 'about:blank', title: code, status, code, requestId: 'request-of-the-test' };
  return route.fulfill({ status, headers, contentType: 'application/problem+json', body: JSON.stringify(problem) });
}

test.each([
  ['/', /Home/],
  ['/links', /Links/],
  ['/links/1', /./],
  ['/analytics', /Analytics/],
  ['/activity', /Activity/],
  ['/imports', /Imports/],
  ['/keys', /API keys/],
  ['/system', /System/],
])('while the API is slow %s shows where its answers will stand, and then the answers', async (path, heading) => {
  // No answer comes before the test lets it, however long that takes.
  const { promise: open, resolve: letThrough } = Promise.withResolvers<void>();
  const page = await dashboard.open('/nowhere');
  await settled(page, /There is nothing here/);
  await page.context().route(API, (route) => open.then(() => route.continue()));
  await page.goto(`${dashboard.baseUrl}/app${path}`);
  await page.locator('.animate-pulse').first().waitFor();
  letThrough();
  await settled(page, heading);
  expect(await page.getByRole('alert').count()).toBe(0);
});

test('without a network the page says so, keeps what is there, and goes on by itself when it is back', async () => {
  const page = await dashboard.open('/links');
  await settled(page);
  await page
    .getByRole('link', { name: /\bcode50$/ })
    .first()
    .waitFor();
  await page.context().setOffline(true);
  await note(page).waitFor();
  await page
    .getByRole('link', { name: /\bcode50$/ })
    .first()
    .waitFor();
  await dashboard.api.links.create({ url: 'https://example.com/meanwhile', code: 'meanwhile' });
  await page.context().setOffline(false);
  await note(page).waitFor({ state: 'detached' });
  await page
    .getByRole('link', { name: /\bmeanwhile$/ })
    .first()
    .waitFor();
});

test('what is sent without a network is refused in words, keeps its text and can be sent again', async () => {
  const page = await dashboard.open('/');
  await settled(page);
  await page.context().setOffline(true);
  const field = page.getByRole('textbox', { name: 'Long address' });
  await field.fill('https://example.com/sent-again');
  await field.press('Enter');
  const form = page.getByRole('region', { name: 'Shorten an address' });
  await form.getByText('No answer came from the server.').waitFor();
  await page.context().setOffline(false);
  await field.press('Enter');
  await form.getByRole('button', { name: 'Copy the short link' }).waitFor();
  expect((await dashboard.api.links.list({ q: 'sent-again' })).data).toHaveLength(1);
});

test('an error of the server is shown in its place with the request to quote, and can be asked again', async () => {
  const page = await dashboard.open('/nowhere');
  await page.route('**/api/v1/analytics/totals**', (route) => refuse(route, 500, 'internal'));
  await page.goto(`${dashboard.baseUrl}/app/`);
  const today = page.getByRole('region', { name: 'Today' });
  const alert = today.getByRole('alert');
  await alert.getByText('Request request-of-the-test').waitFor();
  // The rest of the page is not taken down with it.
  await page.getByRole('list', { name: 'Latest clicks' }).getByRole('listitem').first().waitFor();
  await page.unroute('**/api/v1/analytics/totals**');
  await alert.getByRole('button', { name: 'Try again' }).click();
  await today.getByText('clicks by people since midnight').waitFor();
});

test('a server that is away for a moment is asked again by itself, when it said', async () => {
  const page = await dashboard.open('/nowhere');
  const times: number[] = [];
  await page.route('**/api/v1/links?**', (route) => {
    times.push(Date.now());
    return times.length === 1 ? refuse(route, 503, 'unavailable', { 'Retry-After': '2' }) : route.continue();
  });
  await page.goto(`${dashboard.baseUrl}/app/links`);
  await page
    .getByRole('link', { name: /\bcode50$/ })
    .first()
    .waitFor();
  const [first = 0, second = 0] = times;
  expect(second - first).toBeGreaterThanOrEqual(1900);
  expect(await page.getByRole('alert').count()).toBe(0);
});

test('a session that has ended leads to signing in, and back to the same place', async () => {
  const page = await dashboard.open('/links?q=code4');
  await settled(page);
  // Signed out by the same cookie elsewhere; its own is kept.
  const [cookie] = await page.context().cookies();
  const answer = await fetch(`${dashboard.baseUrl}/api/v1/session`, {
    method: 'DELETE',
    headers: { Cookie: `${cookie?.name}=${cookie?.value}`, Origin: dashboard.baseUrl },
  });
  expect(answer.status).toBe(204);
  await page.getByRole('searchbox').fill('code45');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByLabel('API key').fill(TEST_API_KEY);
  await page.getByLabel('API key').press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Links' }).waitFor();
  await page
    .getByRole('link', { name: /\bcode45$/ })
    .first()
    .waitFor();
  expect(page.url()).toEndWith('/app/links?q=code45');
});

test('no page logged an error', () => {
  expect(dashboard.problems).toEqual([]);
});
