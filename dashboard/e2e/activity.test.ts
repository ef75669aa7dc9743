import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { TEST_API_KEY } from '../../server/test/start-app.ts';
import { clickAs } from './clicks.ts';
import { type Dashboard, openDashboard } from './dashboard.ts';
import { settled } from './settled.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard({ sample: { clicks: 2000, links: 50 } });
}, 120_000);
// Pages that stay open go on asking.
afterEach(async () => void (await Promise.all(dashboard.browser.contexts().map((context) => context.close()))));
afterAll(() => dashboard[Symbol.asyncDispose]());

const rows = (page: Page) => page.getByRole('list', { name: 'Events' }).getByRole('listitem');
const live = (page: Page) => page.getByRole('status').getByText('Live').waitFor();

/** Posts an event of a client's own, as the classic API takes it. */
async function post(type: string, linkId: string): Promise<void> {
  const answer = await fetch(`${dashboard.baseUrl}/events`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${TEST_API_KEY}` },
    body: JSON.stringify({ event_type: type, url_id: Number(linkId), details: { channel: 'poster' } }),
  });
  if (answer.status !== 201) throw new Error(`the event was answered ${answer.status}: ${await answer.text()}`);
}

test('the newest events stand first, and older ones come as the page is scrolled', async () => {
  const page = await dashboard.open('/activity');
  await settled(page);
  const { data } = await dashboard.api.events.list({ limit: 3 });
  await rows(page).nth(2).waitFor();
  const first = rows(page).first();
  await first.getByRole('button').click();
  await first.getByText(data[0]?.id ?? 'none', { exact: true }).waitFor();
  await first.getByRole('button', { name: 'Copy as JSON' }).click();
  expect(JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))).toEqual(
    JSON.parse(JSON.stringify(data[0])),
  );
  await first.getByRole('button').first().click();
  // Rows are made as they come into view: the list is as high as all that were loaded.
  const isHigherThan = (rowsLoaded: number) =>
    page.waitForFunction(
      (px) => (document.querySelector('ul[aria-label="Events"]')?.clientHeight ?? 0) > px,
      rowsLoaded * 40,
    );
  await page.keyboard.press('End');
  await isHigherThan(150);
  await page.keyboard.press('End');
  await isHigherThan(250);
});

test('filters are in the address and hold after a reload', async () => {
  await dashboard.api.links.create({ url: 'https://example.com/made', code: 'just-made' });
  const page = await dashboard.open('/activity');
  await page.getByLabel('Type').selectOption('Created');
  await page.waitForURL('**/activity?type=created');
  await rows(page).filter({ hasText: 'just-made' }).waitFor();
  expect(await rows(page).count()).toBe(1);
  await page.reload();
  await rows(page).filter({ hasText: 'just-made' }).waitFor();
  await page.getByLabel('Type').selectOption('Click');
  await page.getByRole('button', { name: 'Link: All links' }).click();
  await page.getByRole('dialog').getByRole('combobox').fill('code2');
  await page
    .getByRole('option', { name: /^code2\b/ })
    .first()
    .click();
  await page.waitForURL('**/activity?*link=2*');
  await rows(page).first().getByRole('link', { name: 'code2' }).waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.waitForURL('**/activity');
});

test('what happens appears at the top while the reader is there, and waits while they look at something', async () => {
  const { code } = await dashboard.api.links.create({ url: 'https://example.com/seen', code: 'seen-live' });
  const page = await dashboard.open('/activity');
  await settled(page);
  await live(page);
  await clickAs(dashboard.baseUrl, code);
  await rows(page).first().filter({ hasText: 'Click' }).filter({ hasText: 'seen-live' }).waitFor();
  const before = await rows(page).filter({ hasText: 'seen-live' }).filter({ hasText: 'Click' }).count();
  await rows(page).first().getByRole('button').click();
  await clickAs(dashboard.baseUrl, code);
  await page.getByRole('button', { name: '1 new event' }).click();
  await page.waitForFunction(
    (count) =>
      [...document.querySelectorAll('ul[aria-label="Events"] > li')].filter(
        ({ textContent }) => textContent?.includes('seen-live') && textContent.includes('Click'),
      ).length === count,
    before + 1,
  );
});

test('by keyboard alone an event that a client posted is found, opened and deleted', async () => {
  const { id } = await dashboard.api.links.create({ url: 'https://example.com/posted', code: 'posted-to' });
  await post('newsletter', id);
  const page = await dashboard.open('/activity');
  await settled(page);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  const row = rows(page).filter({ hasText: 'newsletter' });
  await row.getByText('poster').last().waitFor();
  const remove = row.getByRole('button', { name: 'Delete event' });
  await remove.focus();
  await page.keyboard.press('Enter');
  const ask = page.getByRole('alertdialog', { name: 'Delete this event?' });
  await ask.getByRole('button', { name: 'Delete event' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Event deleted').waitFor();
  await row.waitFor({ state: 'detached' });
  expect((await dashboard.api.events.list({ type: 'newsletter', limit: 5 })).data).toEqual([]);
});

test('a link’s own history has no button that would falsify it', async () => {
  await dashboard.api.links.create({ url: 'https://example.com/history', code: 'history' });
  const page = await dashboard.open('/activity?type=created');
  const row = rows(page).first();
  await row.getByRole('button').first().click();
  await row.getByText('Event id').waitFor();
  expect(await row.getByRole('button', { name: 'Delete event' }).count()).toBe(0);
});

test('no page logged an error', () => {
  expect(dashboard.problems).toEqual([]);
});
