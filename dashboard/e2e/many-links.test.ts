import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { type Dashboard, openDashboard } from './dashboard.ts';
import { eventually } from './eventually.ts';

const LINKS = 100_000;
/** Rows in the document, however far the list is scrolled. */
const ROWS_MAX = 80;

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard({ sample: { clicks: 1000, links: LINKS } });
}, 120_000);
afterAll(() => dashboard[Symbol.asyncDispose]());

async function openLinks(): Promise<Page> {
  const page = await dashboard.open('/links');
  await page.getByRole('table', { name: 'Links' }).getByRole('checkbox').nth(5).waitFor();
  return page;
}

const rowCount = (page: Page) => page.getByRole('row').count();

/** How many links are loaded, as the page says. */
const loaded = async (page: Page) =>
  Number(((await page.getByText(/loaded, more come/).textContent()) ?? '').replace(/\D/g, ''));

/** Goes to the end of what is loaded, until so many links are. */
async function scrollTo(page: Page, count: number): Promise<void> {
  while ((await loaded(page)) < count) {
    const before = await loaded(page);
    // Again and again: the end is elsewhere once more links have come.
    await eventually(
      async () => {
        await page.keyboard.press('End');
        return loaded(page);
      },
      (now) => expect(now).toBeGreaterThan(before),
    );
    expect(await rowCount(page)).toBeLessThan(ROWS_MAX);
  }
}

test('a hundred thousand links scroll page after page, with few rows in the document', async () => {
  const page = await openLinks();
  expect(await rowCount(page)).toBeLessThan(ROWS_MAX);
  await scrollTo(page, 3000);
  await page.keyboard.press('End');
  // What is in view is drawn, not only its place.
  await eventually(
    () => page.evaluate(() => document.elementsFromPoint(700, 450).some((element) => element.closest('[data-link]'))),
    (drawn) => expect(drawn).toBe(true),
  );
  expect(await rowCount(page)).toBeLessThan(ROWS_MAX);
  // Again where the browser drops the key: its own scrolling gives up when rows come while it is under way.
  await eventually(
    async () => {
      await page.keyboard.press('Home');
      return page.evaluate(() => window.scrollY);
    },
    (y) => expect(y).toBe(0),
  );
  const first = (await dashboard.api.links.list({ limit: 1 })).data[0]?.code ?? '';
  expect(await page.getByRole('checkbox', { name: `Select ${first}`, exact: true }).isVisible()).toBe(true);
});

test('the focus survives scrolling far away, and the next key goes on from it', async () => {
  const page = await openLinks();
  for (let i = 0; i < 3; i++) await page.keyboard.press('j');
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('title') ?? '');
  const [, , third, fourth] = (await dashboard.api.links.list({ limit: 4 })).data;
  expect(await focused()).toBe(third?.shortUrl ?? '-');
  await scrollTo(page, 1500);
  expect(await focused()).toBe(third?.shortUrl ?? '-');
  await page.keyboard.press('j');
  expect(await focused()).toBe(fourth?.shortUrl ?? '-');
  await eventually(
    () => page.evaluate(() => window.scrollY),
    (y) => expect(y).toBeLessThan(500),
  );
});

test('all that is loaded can be selected at once, and a search narrows the list to one', async () => {
  const page = await openLinks();
  await scrollTo(page, 1000);
  await page.keyboard.press('Control+a');
  const count = await loaded(page);
  const bar = page.getByRole('region', { name: 'Selected links' });
  await bar.getByText(`${count.toLocaleString('en-GB')} selected`).waitFor();
  await page.keyboard.press('f');
  await page.keyboard.type('code77777');
  await page.getByText('1 link matches').waitFor();
  expect(await page.getByRole('row').count()).toBe(2);
  await bar.waitFor({ state: 'detached' });
});

test('nothing of this was an error to the browser', () => {
  expect(dashboard.problems).toEqual([]);
});
