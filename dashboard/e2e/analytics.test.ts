import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import type { ClickRangeOptions } from '@waymark/contract/v1/analytics-query';
import type { Locator, Page } from 'playwright-core';
import { type Dashboard, openDashboard } from './dashboard.ts';
import { settled } from './settled.ts';

const DAY_MS = 86_400_000;

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard({ sample: { clicks: 20_000, links: 300 } });
}, 120_000);
// Pages that stay open go on asking.
afterEach(async () => void (await Promise.all(dashboard.browser.contexts().map((context) => context.close()))));
afterAll(() => dashboard[Symbol.asyncDispose]());

/** In UTC, so that a day of the page is a day of this test. */
async function openAnalytics(path = ''): Promise<Page> {
  const page = await dashboard.open(`/analytics${path}`, { timeZone: 'UTC' });
  await settled(page);
  return page;
}

/** Midnight `days` before today. */
const midnight = (days: number) => Math.floor(Date.now() / DAY_MS - days) * DAY_MS;
const day = (days: number) => new Date(midnight(days)).toISOString().slice(0, 10);
/** The period that the page has by itself. */
const month = (): ClickRangeOptions => ({ from: new Date(midnight(29)) });
const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const params = (page: Page) => new URL(page.url()).searchParams;
const chart = (page: Page) => page.getByRole('slider', { name: /^(Clicks|Visitors) · / });
const number = (count: number) => count.toLocaleString('en');

/** Waits until the tiles say what the API answers. */
async function showsTotals(page: Page, question: ClickRangeOptions): Promise<number> {
  const { data } = await dashboard.api.analytics.totals(question);
  await page.getByRole('button', { name: new RegExp(`^Clicks ${number(data.clicks)}( |$)`) }).waitFor();
  await page.getByRole('button', { name: new RegExp(`^Visitors ${number(data.visitors)}( |$)`) }).waitFor();
  return data.clicks;
}

/** The counts of a table, row by row. */
function countsOf(table: Locator): Promise<number[][]> {
  return table
    .locator('tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...row.querySelectorAll('td')].map((cell) => Number(cell.textContent?.replaceAll(',', '') ?? Number.NaN)),
      ),
    );
}

test('single keys choose the period, arrows step to its neighbours, and the figures are those of the API', async () => {
  const page = await openAnalytics();
  await showsTotals(page, month());
  await page.keyboard.press('w');
  await page.waitForURL('**/analytics?period=7d');
  await page.getByRole('button', { name: 'Last 7 days' }).waitFor();
  await showsTotals(page, { from: new Date(midnight(6)) });
  await page.keyboard.press('ArrowLeft');
  await page.waitForURL(`**/analytics?from=${day(13)}&to=${day(7)}`);
  await showsTotals(page, { from: new Date(midnight(13)), to: new Date(midnight(6)) });
  await page.keyboard.press('ArrowRight');
  await page.waitForURL(`**/analytics?from=${day(6)}&to=${day(0)}`);
  await page.keyboard.press('y');
  await page.getByRole('button', { name: 'Last 12 months' }).waitFor();
  expect(params(page).get('from')).toBeNull();

  await page.keyboard.press('r');
  const dates = page.getByRole('dialog', { name: /Other dates/ });
  await dates.getByLabel('From').fill(day(40));
  await dates.getByLabel('Up to and including').fill(day(50));
  await dates
    .getByText(/last day that is not before it/)
    .first()
    .waitFor();
  await dates.getByLabel('Up to and including').fill(day(31));
  await dates.getByLabel('Up to and including').press('Enter');
  await page.waitForURL(`**/analytics?from=${day(40)}&to=${day(31)}`);
  await showsTotals(page, { from: new Date(midnight(40)), to: new Date(midnight(30)) });
}, 120_000);

test('interval, comparison and time zone are in the address, and the table has the numbers of the chart', async () => {
  const page = await openAnalytics(`?from=${day(30)}&to=${day(1)}`);
  const range = { from: new Date(midnight(30)), to: new Date(midnight(0)) };
  await chart(page).waitFor();
  await page.getByRole('radio', { name: 'Weeks' }).click();
  await page.keyboard.press('x');
  await card(page, 'Clicks over time').getByRole('list').getByText('Period before').waitFor();
  await card(page, 'Clicks over time').getByRole('button', { name: 'Show as table' }).click();
  expect(Object.fromEntries(params(page))).toMatchObject({ interval: 'week', compare: '1', table: '1' });
  await page.getByRole('radio', { name: 'Days' }).click();
  const table = card(page, 'Clicks over time').getByRole('table');
  await table.getByRole('columnheader', { name: 'Clicks before' }).waitFor();
  await settled(page);
  const ask = (from: number, to: number) =>
    dashboard.api.analytics.timeseries({ from: new Date(from), to: new Date(to), interval: 'day', tz: 'UTC' });
  const now = await ask(midnight(30), midnight(0));
  const before = await ask(midnight(60), midnight(30));
  const expected = now.data.map(({ clicks, visitors }, index) => [
    clicks,
    visitors,
    before.data[index]?.clicks,
    before.data[index]?.visitors,
  ]);
  await table
    .getByRole('cell', { name: number(expected[0]?.[2] ?? 0), exact: true })
    .first()
    .waitFor();
  expect(await countsOf(table)).toEqual(expected as number[][]);

  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitemradio', { name: 'UTC' }).waitFor();
  await page.keyboard.press('Escape');
  const berlin = await dashboard.open(`/analytics?from=${day(30)}&to=${day(1)}`);
  await berlin.getByRole('button', { name: 'More' }).click();
  await berlin.getByRole('menuitemradio', { name: 'UTC' }).click();
  await berlin.waitForURL('**&tz=UTC');
  await showsTotals(berlin, range);
  await card(berlin, 'Hours of the week').getByText('Hours of UTC.').waitFor();
});

test('a row that is chosen narrows everything to it; pills take it away, Escape all of them', async () => {
  const page = await openAnalytics('?technology=browser&places=country');
  await card(page, 'Places').getByRole('button', { name: 'Germany' }).click();
  await page.getByRole('list', { name: 'Filters' }).getByText('Germany').waitFor();
  expect(params(page).getAll('filter')).toEqual(['country:DE']);
  await showsTotals(page, { ...month(), filter: ['country:DE'] });
  await card(page, 'Places').getByRole('button', { name: 'France' }).click();
  await card(page, 'Technology').getByRole('button', { name: 'Safari', exact: true }).click();
  await page.waitForURL('**filter=browser**');
  const filter = ['country:DE', 'country:FR', 'browser:Safari'];
  expect(params(page).getAll('filter')).toEqual(filter);
  await showsTotals(page, { ...month(), filter });
  await card(page, 'Clicks over time').getByText('Counted from the rows of single clicks.').waitFor();
  await page.getByRole('button', { name: 'Remove Germany' }).click();
  await showsTotals(page, { ...month(), filter: filter.slice(1) });
  await page.keyboard.press('Escape');
  await page.getByRole('list', { name: 'Filters' }).waitFor({ state: 'detached' });
  await showsTotals(page, month());

  await page.keyboard.press('f');
  await page.keyboard.type('device');
  await page.keyboard.press('Enter');
  await page.getByRole('option', { name: /^Tablet/ }).waitFor();
  await page.keyboard.type('tablet');
  await page.keyboard.press('Enter');
  await page.waitForURL('**filter=device**');
  await showsTotals(page, { ...month(), filter: ['device:tablet'] });
}, 120_000);

test('drawing over the chart zooms in, by keyboard too, and the way out is a button', async () => {
  const page = await openAnalytics();
  await page.waitForFunction(() => document.querySelector('[role="slider"] canvas') !== null);
  await chart(page).focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Shift+ArrowLeft');
  const read = await chart(page).getAttribute('aria-valuetext');
  const { data } = await dashboard.api.analytics.totals({
    from: new Date(midnight(3)),
    to: new Date(midnight(2)),
  });
  expect(read).toEndWith(`Clicks: ${number(data.clicks)}`);
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/analytics?from=${day(3)}&to=${day(1)}`);
  await showsTotals(page, { from: new Date(midnight(3)), to: new Date(midnight(0)) });
  await page.getByRole('button', { name: 'Leave these dates' }).click();
  await showsTotals(page, month());

  const box = await chart(page).boundingBox();
  if (box === null) throw new Error('the chart has no size');
  await page.mouse.move(box.x + box.width / 2, box.y + 100);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 160, box.y + 110, { steps: 8 });
  await page.mouse.up();
  await page.waitForURL('**/analytics?from=*');
  const [from = '', to = ''] = [params(page).get('from') ?? '', params(page).get('to') ?? ''];
  expect(from < to && from > day(20) && to < day(2)).toBe(true);
  await showsTotals(page, { from: new Date(from), to: new Date(Date.parse(to) + DAY_MS) });
});

test('the map leads from a country to its regions and cities, by pointer and by keys', async () => {
  const page = await openAnalytics();
  const map = page.getByRole('group', { name: 'Map of the world by clicks' });
  await map.getByRole('button', { name: /^Germany: / }).click();
  await page.getByRole('tab', { name: 'Regions', selected: true }).waitFor();
  const asked = { ...month(), filter: ['country:DE'] };
  await showsTotals(page, asked);
  const [region] = (await dashboard.api.analytics.top({ ...asked, dimension: 'region', limit: 2 })).data.filter(
    ({ value }) => value !== '',
  );
  const row = card(page, 'Places')
    .getByRole('row')
    .filter({ hasText: region?.value ?? 'none' });
  await row
    .getByRole('cell', { name: number(region?.clicks ?? -1), exact: true })
    .first()
    .waitFor();
  await card(page, 'Places').getByRole('tab', { name: 'Regions' }).press('ArrowRight');
  await card(page, 'Places').getByRole('button', { name: 'Berlin' }).waitFor();

  await page.goto(`${dashboard.baseUrl}/app/analytics`);
  const busiest = (await dashboard.api.analytics.top({ ...month(), dimension: 'country', limit: 2 })).data;
  await map.locator('[tabindex="0"]').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.waitForURL('**filter=country**');
  expect(params(page).getAll('filter')).toEqual([`country:${busiest[1]?.value}`]);
});

test('who clicked adds up to all clicks, and a kind that is chosen counts everywhere', async () => {
  const page = await openAnalytics();
  const kinds = card(page, 'Who clicked').getByRole('listitem').getByRole('button');
  const all = await dashboard.api.analytics.totals({ ...month(), quality: 'all' });
  const shown = await kinds.evaluateAll((buttons) =>
    buttons.map((button) => Number(button.children[2]?.textContent?.replaceAll(',', ''))),
  );
  expect(shown.reduce((sum, clicks) => sum + clicks, 0)).toBe(all.data.clicks);
  await kinds.filter({ hasText: 'Bots' }).click();
  await page.waitForURL('**/analytics?quality=bot');
  await showsTotals(page, { ...month(), quality: 'bot' });
});

test('the hours of the week are a table of what the API says', async () => {
  const page = await openAnalytics();
  const heat = card(page, 'Hours of the week');
  const { data: week } = await dashboard.api.analytics.weekHours({ ...month(), tz: 'UTC' });
  expect(await countsOf(heat.getByRole('table'))).toEqual(week);
  await heat.getByRole('button', { name: 'Show as table' }).click();
  await heat.getByRole('columnheader', { name: 'Mon' }).waitFor();
  const turned = Array.from({ length: 24 }, (_, hour) => week.map((hours) => hours[hour] ?? -1));
  expect(await countsOf(heat.getByRole('table'))).toEqual(turned);
});

test('clicks and pictures can be taken away', async () => {
  const page = await openAnalytics();
  const clicks = await showsTotals(page, month());
  const [csv] = await Promise.all([
    page.waitForEvent('download'),
    page
      .getByRole('button', { name: 'More' })
      .click()
      .then(() => page.getByRole('menuitem', { name: 'Download clicks as CSV' }).click()),
  ]);
  expect(
    readFileSync(await csv.path(), 'utf8')
      .trim()
      .split('\n'),
  ).toHaveLength(clicks + 1);
  await page.waitForFunction(() => document.querySelector('[role="slider"] canvas') !== null);
  const [picture] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as a picture' }).click(),
  ]);
  expect(picture.suggestedFilename()).toBe('clicks.png');
  const bytes = readFileSync(await picture.path());
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  expect(bytes.length).toBeGreaterThan(5000);
});

test('one link has its own view; all values of a dimension can be searched and chosen', async () => {
  const page = await openAnalytics('?link=1&technology=browser');
  await page.getByRole('button', { name: 'Link: code1' }).waitFor();
  const question = { ...month(), link: '1' };
  await showsTotals(page, question);
  expect(await card(page, 'Links').count()).toBe(0);
  await page.getByRole('button', { name: 'Show all: Browsers' }).click();
  const dialog = page.getByRole('dialog', { name: 'Browsers' });
  await dialog.getByRole('row').nth(5).waitFor();
  await page.keyboard.type('firef');
  await dialog.getByRole('button', { name: 'Safari', exact: true }).waitFor({ state: 'detached' });
  await dialog.getByRole('button', { name: 'Firefox' }).click();
  await dialog.waitFor({ state: 'detached' });
  await showsTotals(page, { ...question, filter: ['browser:Firefox'] });
});

test('the back button walks through what was looked at, and a reload shows the same', async () => {
  const page = await openAnalytics();
  await page.keyboard.press('w');
  await page.waitForURL('**/analytics?period=7d');
  await page.getByRole('button', { name: /^Visitors / }).click();
  await page.waitForURL('**metric=visitors');
  await chart(page).waitFor();
  const before = page.url();
  await page.reload();
  await settled(page);
  expect(page.url()).toBe(before);
  expect(await page.getByRole('button', { name: /^Visitors / }).getAttribute('aria-pressed')).toBe('true');
  await page.goBack();
  await page.getByRole('button', { name: /^Clicks /, pressed: true }).waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Last 30 days' }).waitFor();
  await showsTotals(page, month());
});

test('no page logged an error', () => {
  expect(dashboard.problems).toEqual([]);
});
