import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { clickAs } from './clicks.ts';
import { type Dashboard, openDashboard } from './dashboard.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
}, 120_000);
// Pages that stay open go on asking.
afterEach(async () => void (await Promise.all(dashboard.browser.contexts().map((context) => context.close()))));
afterAll(() => dashboard[Symbol.asyncDispose]());

const CLICKS = 25;
const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

/** The number under a name of the sum. */
async function term(page: Page, name: string): Promise<number> {
  const text = await page
    .getByRole('term')
    .filter({ hasText: name })
    .locator('xpath=following-sibling::dd/span[1]')
    .innerText();
  return Number(text.replaceAll(',', ''));
}

test('the clicks that were answered are all accounted for, one by one', async () => {
  const { code } = await dashboard.api.links.create({ url: 'https://example.com/counted' });
  for (let n = 0; n < CLICKS; n++) await clickAs(dashboard.baseUrl, code);
  const page = await dashboard.open('/system');
  const sum = card(page, 'Every click accounted for');
  await sum.getByText('The sum comes out: no click is lost.').waitFor();
  // The page asks every five seconds; by then all are in the database.
  await sum.getByText(String(CLICKS), { exact: true }).nth(1).waitFor();
  const [accepted, ...parts] = await Promise.all(
    ['Accepted', 'Counted', 'Discarded', 'Set aside', 'In flight'].map((name) => term(page, name)),
  );
  expect(accepted).toBe(CLICKS);
  expect(parts.reduce((total, part) => total + part, 0)).toBe(CLICKS);
  expect((await dashboard.api.system.get()).clicks).toMatchObject({ accepted: CLICKS, difference: 0 });
});

test('every role says that it is ready, with what it looked at', async () => {
  const page = await dashboard.open('/system');
  const checks = card(page, 'Checks');
  for (const role of ['Edge (redirects)', 'API', 'Worker (counting)']) {
    const part = checks.locator('section').filter({ has: page.getByRole('heading', { name: role, exact: true }) });
    await part.getByText('Ready', { exact: true }).waitFor();
    await part.getByRole('listitem').filter({ hasText: 'Outbox' }).getByText('Well').waitFor();
  }
});

test('all of it can be copied for a bug report, by keyboard', async () => {
  const page = await dashboard.open('/system');
  await page.getByRole('button', { name: 'Copy all of this as JSON' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  const { version, storage, roles } = await dashboard.api.system.get();
  expect(copied).toMatchObject({ version, roles, storage: { kind: storage.kind } });
  await card(page, 'Program').getByText(version).waitFor();
});

test('no page logged an error', () => {
  expect(dashboard.problems).toEqual([]);
});
