import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { type Dashboard, DESKTOP, openDashboard, PHONE } from './dashboard.ts';
import { settled } from './settled.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard({ sample: { clicks: 50_000, links: 100, times: 1200 } });
}, 120_000);
// Pages that stay open go on asking.
afterEach(async () => void (await Promise.all(dashboard.browser.contexts().map((context) => context.close()))));
afterAll(() => dashboard[Symbol.asyncDispose]());

test.each([
  ['phone', PHONE],
  ['desktop', DESKTOP],
])('on a %s a link of ten million clicks shows all its digits, and nothing is cut or runs over', async (_, size) => {
  const { data } = await dashboard.api.analytics.totals({ link: '1', from: new Date(Date.now() - 365 * 86_400_000) });
  const link = await dashboard.api.links.get('1');
  expect(link.clicks).toBeGreaterThan(10_000_000);
  const page = await dashboard.open('/links/1?period=12mo', { size });
  await settled(page);
  await page.getByRole('button', { name: new RegExp(`^Clicks ${data.clicks.toLocaleString('en')}`) }).waitFor();
  await page.waitForFunction(() => document.querySelector('[role="slider"] canvas') !== null);
  await page.locator('svg [role="button"]').first().waitFor();
  const { over, cut } = await page.evaluate(() => ({
    over: document.documentElement.scrollWidth - window.innerWidth,
    // A number that is cut reads as a smaller one; two that touch read as one.
    cut: [...document.querySelectorAll<HTMLElement>('main *')]
      .filter((element) => element.childElementCount === 0 && /^[\d,.\s]{4,}$/.test(element.textContent ?? ''))
      .filter((element) => {
        const { right, width } = element.getBoundingClientRect();
        const isWider = element.clientWidth > 1 && element.scrollWidth > element.clientWidth;
        return width > 1 && (isWider || right > (element.parentElement?.getBoundingClientRect().right ?? right));
      })
      .map(({ textContent }) => textContent),
  }));
  expect({ over, cut }).toEqual({ over: 0, cut: [] });
});

test('in the list of links it has its whole count, and the chart of all of them is drawn', async () => {
  const page = await dashboard.open('/links?sort=-clicks');
  await settled(page);
  const { clicks } = await dashboard.api.links.get('1');
  await page
    .getByRole('row')
    .filter({ hasText: 'code1' })
    .first()
    .getByText(clicks.toLocaleString('en'))
    .first()
    .waitFor();
  expect(dashboard.problems).toEqual([]);
});
