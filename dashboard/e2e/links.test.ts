import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Link } from '@waymark/contract/v1/links';
import type { Locator, Page } from 'playwright-core';
import { type Dashboard, DESKTOP, type Look, openDashboard, PHONE } from './dashboard.ts';
import { downloaded } from './downloaded.ts';
import { eventually } from './eventually.ts';

let dashboard: Dashboard;
let empty: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard({ sample: { clicks: 2000, links: 50 } });
  empty = await openDashboard();
}, 120_000);
afterAll(async () => {
  await dashboard[Symbol.asyncDispose]();
  await empty[Symbol.asyncDispose]();
});

/** Links of a test's own, by codes that begin with `name`, and the list that shows them alone, ordered by code. */
async function openOwn(name: string, count: number, look: Look = {}): Promise<Page> {
  const create = Array.from({ length: count }, (_, i) => ({
    url: `https://example.com/${name}/${i}`,
    code: `${name}-${i}`,
  }));
  await dashboard.api.links.bulk({ create });
  const page = await dashboard.open(`/links?q=${name}-&sort=code`, look);
  await row(page, `${name}-0`).waitFor();
  return page;
}

/** The line or card of a link. */
function row(page: Page, code: string): Locator {
  const checkbox = page.getByRole('checkbox', { name: `Select ${code}`, exact: true });
  return page.getByRole('row').or(page.getByRole('listitem')).filter({ has: checkbox });
}

async function linkOf(code: string): Promise<Link | undefined> {
  return (await dashboard.api.links.list({ code })).data[0];
}

async function isDeleted(code: string): Promise<boolean> {
  return (await dashboard.api.links.list({ code, deleted: true })).data.length === 1;
}

const codesShown = (page: Page) =>
  page
    .getByRole('checkbox', { name: /^Select (?!all)/ })
    .evaluateAll((boxes) => boxes.map((box) => box.getAttribute('aria-label')?.replace('Select ', '') ?? ''));

const isSearch = (search: Record<string, string>) => (url: URL) =>
  Bun.deepEquals(Object.fromEntries(url.searchParams), search);

/** Which row has the focus. */
const focusedCode = (page: Page) =>
  page.evaluate(() => {
    const label = document.activeElement?.closest('[role=row], [role=listitem]')?.querySelector('input')?.ariaLabel;
    return label?.replace('Select ', '') ?? null;
  });

test('search, filter, order and columns last: the first three in the address, the columns in this browser', async () => {
  const page = await dashboard.open('/links');
  await row(page, 'code1').or(row(page, 'code50')).first().waitFor();
  await page.keyboard.press('f');
  await page.keyboard.type('code1');
  await page.waitForURL('**/links?q=code1');
  await page.getByRole('button', { name: 'Sort: Newest first' }).click();
  await page.getByRole('menuitemradio', { name: 'Most clicks first' }).click();
  await page.getByRole('radio', { name: 'Active', exact: true }).click();
  await page.waitForURL(isSearch({ q: 'code1', show: 'active', sort: '-clicks' }));
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Last click' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Redirect' }).click();
  await page.keyboard.press('Escape');
  const expected = (await dashboard.api.links.list({ q: 'code1', active: true, sort: '-clicks' })).data;
  for (const look of ['before', 'after'] as const) {
    if (look === 'after') await page.reload();
    await eventually(
      () => codesShown(page),
      (codes) => expect(codes).toEqual(expected.map(({ code }) => code)),
    );
    expect(await page.getByRole('searchbox').inputValue()).toBe('code1');
    expect(await page.getByRole('columnheader', { name: 'Clicks' }).getAttribute('aria-sort')).toBe('descending');
    expect(await page.getByRole('columnheader', { name: 'Redirect' }).count()).toBe(1);
    expect(await page.getByRole('columnheader', { name: 'Last click' }).count()).toBe(0);
  }
  await page.goBack();
  await page.waitForURL(isSearch({ q: 'code1', sort: '-clicks' }));
});

test('a search without a match says so, and leads back to all links', async () => {
  const page = await dashboard.open('/links?q=nothing-like-it');
  await page.getByRole('heading', { name: 'No link matches' }).waitFor();
  await page.getByRole('button', { name: 'Show all links' }).click();
  await page.getByRole('table', { name: 'Links' }).waitFor();
  expect(await page.getByRole('searchbox').inputValue()).toBe('');
});

test('keys walk the rows and act on the one that has the focus', async () => {
  const page = await openOwn('keys', 3);
  await page.keyboard.press('j');
  expect(await focusedCode(page)).toBe('keys-0');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  expect(await focusedCode(page)).toBe('keys-1');

  await page.keyboard.press('a');
  await page.getByText('keys-1 switched off').waitFor();
  await row(page, 'keys-1').getByText('Inactive').waitFor();
  expect((await linkOf('keys-1'))?.active).toBe(false);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undone', { exact: true }).waitFor();
  expect((await linkOf('keys-1'))?.active).toBe(true);
  expect(await row(page, 'keys-1').getByText('Inactive').count()).toBe(0);

  await row(page, 'keys-1').getByRole('link').first().focus();
  await page.keyboard.press('x');
  await page.getByRole('region', { name: 'Selected links' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('region', { name: 'Selected links' }).waitFor({ state: 'detached' });

  await page.keyboard.press('q');
  const code = page.getByRole('dialog', { name: 'QR code of keys-1' });
  await code.getByRole('img', { name: /QR code/ }).waitFor();
  expect(await code.getByRole('img').evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
  await page.keyboard.press('Escape');
  await code.waitFor({ state: 'detached' });
  expect(await focusedCode(page)).toBe('keys-1');

  await page.keyboard.press('Delete');
  await row(page, 'keys-1').waitFor({ state: 'detached' });
  expect(await focusedCode(page)).toBe('keys-2');
  await page.getByText('keys-1 deleted').waitFor();
  expect(await isDeleted('keys-1')).toBe(true);
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await row(page, 'keys-1').waitFor();
  expect(await codesShown(page)).toEqual(['keys-0', 'keys-1', 'keys-2']);
  expect(await isDeleted('keys-1')).toBe(false);

  await row(page, 'keys-1').getByRole('link').first().focus();
  await page.keyboard.press('e');
  await page.getByRole('form', { name: 'Edit link' }).waitFor();
});

test('the menu of a row opens by key, names the keys, and gives the focus back', async () => {
  const page = await openOwn('menu', 2);
  const button = page.getByRole('button', { name: 'Actions for menu-0' });
  expect(await page.getByRole('menu').count()).toBe(0);
  await button.focus();
  await page.keyboard.press('Enter');
  const menu = page.getByRole('menu', { name: 'Actions for menu-0' });
  await menu.waitFor();
  expect(await menu.getByRole('menuitem').allTextContents()).toEqual([
    'EditE',
    'QR codeQ',
    'Copy short linkS',
    'Open destinationO',
    'Switch offA',
    'DuplicateD',
    'SelectX',
    'Delete#',
  ]);
  await page.keyboard.press('Escape');
  await menu.waitFor({ state: 'detached' });
  expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  await button.click();
  await menu.getByRole('menuitem', { name: 'Copy short link' }).click();
  await page.getByText('Short link copied').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toEndWith('/menu-0');
});

test('Shift selects ranges; the selection is switched off, given an end, copied and exported', async () => {
  const page = await openOwn('bulk', 5);
  await page.getByRole('checkbox', { name: 'Select bulk-1' }).click();
  await page.getByRole('checkbox', { name: 'Select bulk-3' }).click({ modifiers: ['Shift'] });
  const bar = page.getByRole('region', { name: 'Selected links' });
  await bar.getByText('3 selected').waitFor();

  await bar.getByRole('button', { name: 'Switch off' }).click();
  await page.getByText('3 links switched off').waitFor();
  const activity = async () => (await dashboard.api.links.list({ q: 'bulk-', sort: 'code' })).data.map((l) => l.active);
  expect(await activity()).toEqual([true, false, false, false, true]);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undone', { exact: true }).waitFor();
  expect(await activity()).toEqual([true, true, true, true, true]);

  await bar.getByRole('button', { name: 'Set expiry' }).click();
  const dialog = page.getByRole('dialog', { name: 'Expiry of 3 links' });
  await dialog.getByLabel('Date').fill('2099-03-01');
  await dialog.getByLabel('Time', { exact: true }).fill('10:30');
  await dialog.getByRole('button', { name: 'Set expiry' }).click();
  await page.getByText('Expiry of 3 links set').waitFor();
  expect((await linkOf('bulk-2'))?.expiresAt).toBe('2099-03-01T09:30:00.000Z');
  expect((await linkOf('bulk-0'))?.expiresAt).toBeNull();

  await bar.getByRole('button', { name: 'Copy short links' }).click();
  await page.getByText('3 short links copied').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied.split('\n').map((url) => url.slice(url.lastIndexOf('/') + 1))).toEqual(['bulk-1', 'bulk-2', 'bulk-3']);

  const file = await downloaded(page, () => bar.getByRole('button', { name: 'Export CSV' }).click());
  expect(file.name).toBe('waymark-links.csv');
  const [heading, ...lines] = file.text.trim().split(/\r?\n/);
  expect(heading).toStartWith('id,code,shortUrl,url');
  expect(lines.map((line) => line.split(',')[1])).toEqual(['bulk-1', 'bulk-2', 'bulk-3']);
});

test('by keyboard alone: Shift and arrows select, Delete in the bar deletes, Undo restores all', async () => {
  const page = await openOwn('gone', 4);
  await page.keyboard.press('j');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  const bar = page.getByRole('region', { name: 'Selected links' });
  await bar.getByText('3 selected').waitFor();
  await bar.getByRole('button', { name: 'Delete' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('3 links deleted').waitFor();
  expect(await codesShown(page)).toEqual(['gone-3']);
  await bar.waitFor({ state: 'detached' });
  for (const code of ['gone-0', 'gone-1', 'gone-2']) expect(await isDeleted(code)).toBe(true);
  await page.getByRole('button', { name: 'Undo' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Undone', { exact: true }).waitFor();
  expect(await codesShown(page)).toEqual(['gone-0', 'gone-1', 'gone-2', 'gone-3']);
  for (const code of ['gone-0', 'gone-1', 'gone-2']) expect(await isDeleted(code)).toBe(false);
});

test('deleted links stand in a list of their own, and come back from it', async () => {
  const page = await openOwn('back', 2);
  await page.keyboard.press('j');
  await page.keyboard.press('#');
  await page.getByText('back-0 deleted').waitFor();
  await page.getByRole('radio', { name: 'Deleted' }).click();
  await page.getByText('Deleted links answer 404.').waitFor();
  expect(await codesShown(page)).toEqual(['back-0']);
  await page.getByRole('button', { name: 'Restore back-0' }).click();
  await page.getByText('back-0 restored').waitFor();
  await page.getByRole('heading', { name: 'No link matches' }).waitFor();
  expect(await isDeleted('back-0')).toBe(false);
  await page.getByRole('radio', { name: 'All' }).click();
  await row(page, 'back-0').waitFor();
});

test('a change that the server refuses is taken back, and the toast names the request', async () => {
  const page = await openOwn('refused', 2);
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  await page.route('**/api/v1/links/bulk', async (route) => {
    asked.resolve();
    await answer.promise;
    await route.fulfill({
      status: 503,
      headers: { 'X-Request-Id': 'request-of-the-test', 'Content-Type': 'application/problem+json' },
      body: JSON.stringify({ type: 'about:blank', title: 'Unavailable', status: 503, code: 'unavailable' }),
    });
  });
  await page.keyboard.press('j');
  await page.keyboard.press('a');
  await asked.promise;
  // Shown at once, before the answer is there.
  await row(page, 'refused-0').getByText('Inactive').waitFor();
  answer.resolve();
  await page.getByText('Request request-of-the-test').waitFor();
  expect(await row(page, 'refused-0').getByText('Inactive').count()).toBe(0);

  await page.keyboard.press('#');
  await eventually(
    () => codesShown(page),
    (codes) => expect(codes).toEqual(['refused-0', 'refused-1']),
  );
  expect((await linkOf('refused-0'))?.active).toBe(true);
});

test('with a session that may only read, what changes is there but off, with its reason', async () => {
  const { secret } = await dashboard.api.keys.create({ name: 'reader', scope: 'read' });
  const page = await dashboard.open('/links?sort=code', { signedIn: false });
  await page.getByLabel('API key').fill(secret ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await row(page, 'code1').waitFor();
  const reason = 'This takes the right to write; your session may only read.';
  const upload = page.getByRole('button', { name: 'Import CSV' });
  expect(await upload.getAttribute('aria-disabled')).toBe('true');
  await upload.hover();
  await page
    .getByRole('tooltip', { name: reason })
    .or(page.getByRole('tooltip').filter({ hasText: reason }))
    .waitFor();

  await page.getByRole('button', { name: 'Actions for code1', exact: true }).click();
  const off = await page
    .getByRole('menuitem')
    .evaluateAll((items) => items.filter((item) => item.ariaDisabled === 'true').map((item) => item.textContent));
  expect(off).toEqual(['EditE', 'Switch offA', 'DuplicateD', 'Delete#']);
  await page.getByRole('menu').getByText(reason).waitFor();
  await page.keyboard.press('Escape');

  await page.getByRole('checkbox', { name: 'Select code1', exact: true }).click();
  const bar = page.getByRole('region', { name: 'Selected links' });
  expect(await bar.getByRole('button', { name: 'Delete' }).getAttribute('aria-disabled')).toBe('true');
  await page.keyboard.press('#');
  await page.getByRole('listitem').filter({ hasText: reason }).waitFor();
  expect(await linkOf('code1')).toBeDefined();
});

test('an installation without links says how to begin', async () => {
  const page = await empty.open('/links');
  await page.getByRole('heading', { name: 'No links yet' }).waitFor();
  const main = page.getByRole('main');
  await main.getByText(`curl ${empty.baseUrl}/api/v1/links`).waitFor();
  await main.getByRole('link', { name: 'New link' }).last().click();
  await page.getByRole('heading', { level: 1, name: 'New link' }).waitFor();
  expect(empty.problems).toEqual([]);
});

test('an answer that does not come shows what to do; asking again brings the links', async () => {
  const page = await dashboard.open('/system');
  await page.getByRole('heading', { level: 1, name: 'System' }).waitFor();
  await page.route('**/api/v1/links?*', (route) =>
    route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"status":500,"code":"internal"}' }),
  );
  await page.keyboard.press('g');
  await page.keyboard.press('l');
  await page.getByRole('alert').getByRole('button', { name: 'Try again' }).waitFor();
  await page.unroute('**/api/v1/links?*');
  await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('table', { name: 'Links' }).waitFor();
});

test('on a phone links are cards, with the same menu and selection', async () => {
  const page = await openOwn('phone', 2, { size: PHONE });
  expect(await page.getByRole('table').count()).toBe(0);
  expect(await page.getByRole('list', { name: 'Links' }).getByRole('listitem').count()).toBe(2);
  await page.getByRole('button', { name: 'Actions for phone-0' }).tap();
  await page.getByRole('menuitem', { name: 'Switch off' }).tap();
  await row(page, 'phone-0').getByText('Inactive').waitFor();
  await page.getByRole('checkbox', { name: 'Select phone-1' }).tap();
  await page.getByRole('region', { name: 'Selected links' }).getByText('1 selected').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE[0]);
  await page.setViewportSize({ width: DESKTOP[0], height: DESKTOP[1] });
  await page.getByRole('table', { name: 'Links' }).waitFor();
  await page.getByRole('region', { name: 'Selected links' }).getByText('1 selected').waitFor();
});

test('nothing of this was an error to the browser', () => {
  expect(dashboard.problems).toEqual([]);
});
