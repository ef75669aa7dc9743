import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { type Dashboard, openDashboard } from './dashboard.ts';
import { focused, tabTo } from './focus.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
}, 120_000);
afterAll(() => dashboard[Symbol.asyncDispose]());
afterEach(() => dashboard.closePages());

const destination = (page: Page) => page.getByLabel('Destination');
const shortPart = (page: Page) => page.getByLabel('Short part');

/** The links whose code is `code`, as the server has them. */
const linksOf = async (code: string) => (await dashboard.api.links.list({ code })).data;

async function openForm(look: Parameters<Dashboard['open']>[1] = {}): Promise<Page> {
  const page = await dashboard.open('/links/new', look);
  await destination(page).waitFor();
  return page;
}

/** Whether the field is marked as wrong, and what is said of it. */
async function complaint(page: Page, label: string): Promise<string | null> {
  const field = page.getByLabel(label);
  if ((await field.getAttribute('aria-invalid')) === null) return null;
  const ids = (await field.getAttribute('aria-describedby')) ?? '';
  const error = ids.split(' ').find((id) => id.endsWith('-error'));
  return error === undefined ? null : page.locator(`[id="${error}"]`).textContent();
}

test('a link is made by keyboard alone, with a code, a title, an end in another time zone, and copied', async () => {
  const page = await dashboard.open('/');
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
  await page.keyboard.press('c');
  await focused(destination(page));
  await page.keyboard.type('https://example.com/spring?a=1#top');
  await page.getByText('Leads to example.com').waitFor();
  await tabTo(page, shortPart(page));
  await page.keyboard.type('spring-27');
  await page.getByText('/spring-27 is free').waitFor();
  await tabTo(page, page.getByLabel('Title'));
  await page.keyboard.type('Spring “27”');
  await tabTo(page, page.getByLabel('Date'));
  // Month first: a browser without a window takes dates as it was built, whatever language the page is in.
  await page.keyboard.type('06302027');
  await tabTo(page, page.getByLabel('Time', { exact: true }));
  await page.keyboard.type('1800');
  await tabTo(page, page.getByRole('button', { name: 'Time zone' }));
  await page.keyboard.press('Enter');
  await page.keyboard.type('new york');
  await page.getByRole('option', { name: /America\/New York/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('30 Jun 2027, 22:00 UTC').waitFor();
  await page.keyboard.press('Control+Enter');
  await page.getByRole('heading', { name: 'Your link is ready' }).waitFor();

  const [link] = await linksOf('spring-27');
  expect(link).toMatchObject({
    url: 'https://example.com/spring?a=1#top',
    title: 'Spring “27”',
    expiresAt: '2027-06-30T22:00:00.000Z',
    active: true,
    redirectStatus: 302,
  });
  await page.getByText('It is on your clipboard.').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link?.shortUrl ?? '');
  await page.keyboard.press('n');
  await focused(destination(page));
  expect(await destination(page).inputValue()).toBe('');
});

test('Enter in the destination is enough: the code is drawn', async () => {
  const page = await openForm();
  await page.keyboard.type('https://example.com/enter');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Your link is ready' }).waitFor();
  const [link] = (await dashboard.api.links.list({ q: 'example.com/enter' })).data;
  await page.getByRole('link', { name: `/${link?.code}` }).waitFor();
});

test('the short part says while it is typed whether it is free, taken, reserved or impossible', async () => {
  await dashboard.api.links.create({ url: 'https://example.com/', code: 'taken-one' });
  const page = await openForm();
  await destination(page).fill('https://example.com/another');
  for (const [code, words] of [
    ['taken-one', 'It is taken.'],
    ['api', 'It belongs to the service itself.'],
    ['x!', '3 to 64 of'],
  ] as const) {
    await shortPart(page).fill(code);
    await page.getByText(words).waitFor();
    await page.keyboard.press('Enter');
    await focused(shortPart(page));
    expect(await complaint(page, 'Short part')).toContain(words);
  }
  expect((await dashboard.api.links.list({ q: 'example.com/another' })).data).toEqual([]);
  await page.getByRole('button', { name: 'Draw a random one' }).click();
  expect(await shortPart(page).inputValue()).toBe('');
  await shortPart(page).fill('a-free-one');
  await page.getByText('a-free-one is free').waitFor();
  expect(await complaint(page, 'Short part')).toBeNull();
});

test('a destination that the server would refuse is refused in words, with the focus on it', async () => {
  const page = await openForm();
  await page.getByLabel('Title').focus();
  await page.keyboard.press('Enter');
  await focused(destination(page));
  expect(await complaint(page, 'Destination')).toBe('Paste the address that the link leads to.');
  for (const [url, words] of [
    [`${dashboard.baseUrl}/circle`, 'It leads to this service itself, in a circle.'],
    ['example', 'It must begin with http:// or https:// and name a host.'],
    ['https://me:secret@example.com/', 'It must not carry a user name or password.'],
  ] as const) {
    await destination(page).fill(url);
    await page.getByText(words).waitFor();
    await page.getByLabel('Title').focus();
    await page.keyboard.press('Enter');
    await focused(destination(page));
    expect(await complaint(page, 'Destination')).toBe(words);
  }
  const seen = await dashboard.api.links.list({ q: 'circle' });
  expect(seen.data).toEqual([]);
});

test('what the server refuses when it is sent stands beside its field', async () => {
  const page = await openForm();
  await destination(page).fill('https://example.com/late');
  await shortPart(page).fill('late-one');
  await page.getByText('late-one is free').waitFor();
  await dashboard.api.links.create({ url: 'https://example.com/first', code: 'late-one' });
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('Please look at the marked fields.').waitFor();
  await focused(shortPart(page));
  expect(await complaint(page, 'Short part')).toContain('It is taken.');
  expect(await page.getByRole('alert').textContent()).toMatch(/Request \S+/);
  await shortPart(page).fill('later-one');
  await page.getByText('later-one is free').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Your link is ready' }).waitFor();
  expect((await linksOf('later-one'))[0]?.url).toBe('https://example.com/late');
});

test('after an answer that was lost, pressing again makes no second link', async () => {
  const page = await openForm();
  const keys: (string | undefined)[] = [];
  await page.route('**/api/v1/links', async (route) => {
    if (route.request().method() !== 'POST') return route.fallback();
    keys.push(route.request().headers()['idempotency-key']);
    if (keys.length > 1) return route.fallback();
    await route.fetch();
    await route.abort('connectionreset');
  });
  await destination(page).fill('https://example.com/cut-off');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('No answer came from the server.').waitFor();
  await page.getByRole('button', { name: 'Create link' }).click();
  await page.getByRole('heading', { name: 'Your link is ready' }).waitFor();
  expect(keys).toEqual([expect.any(String), keys[0]]);
  expect((await dashboard.api.links.list({ q: 'example.com/cut-off' })).data).toHaveLength(1);
});

test('campaign tags become part of the destination, and come out of it again', async () => {
  const page = await openForm();
  await page.keyboard.type('https://example.com/sale?id=7&utm_medium=email#now');
  await tabTo(page, page.getByText('Campaign tags (UTM)').locator('xpath=ancestor-or-self::summary'));
  await page.keyboard.press('Enter');
  expect(await page.getByLabel('Medium').inputValue()).toBe('email');
  await tabTo(page, page.getByLabel('Source'));
  await page.keyboard.type('spring news');
  expect(await destination(page).inputValue()).toBe(
    'https://example.com/sale?id=7&utm_medium=email&utm_source=spring+news#now',
  );
  await page.getByLabel('Medium').fill('');
  expect(await destination(page).inputValue()).toBe('https://example.com/sale?id=7&utm_source=spring+news#now');
  await page.keyboard.press('Control+s');
  await page.getByRole('heading', { name: 'Your link is ready' }).waitFor();
  expect((await dashboard.api.links.list({ q: 'example.com/sale' })).data[0]?.url).toContain('utm_source=spring+news');
});

test('what was filled in is there again after a reload, until it is begun anew; Escape leaves', async () => {
  const page = await openForm();
  await destination(page).fill('https://example.com/kept');
  await page.getByLabel('Title').fill('Kept');
  await page.reload();
  await page.getByText('What you filled in earlier is still here.').waitFor();
  expect(await page.getByLabel('Title').inputValue()).toBe('Kept');
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { level: 1, name: 'Links' }).waitFor();
  await page.keyboard.press('c');
  await page.getByRole('button', { name: 'Start over' }).click();
  await focused(destination(page));
  expect(await destination(page).inputValue()).toBe('');
  await page.reload();
  await destination(page).waitFor();
  expect(await page.getByText('What you filled in earlier').count()).toBe(0);
});

test('a session that may only read sees the form and why it cannot save', async () => {
  const { secret = '' } = await dashboard.api.keys.create({ name: 'reader', scope: 'read' });
  const page = await dashboard.open('/links/new', { apiKey: secret });
  await destination(page).fill('https://example.com/read-only');
  const create = page.getByRole('button', { name: 'Create link' });
  await create.focus();
  await page.getByRole('tooltip').getByText('This takes the right to write').waitFor();
  expect(await create.getAttribute('aria-disabled')).toBe('true');
  await page.keyboard.press('Enter');
  expect((await dashboard.api.links.list({ q: 'read-only' })).data).toEqual([]);
});

test('no page complained', () => expect(dashboard.problems).toEqual([]));
