import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import type { Link } from '@waymark/contract/v1/links';
import type { Page } from 'playwright-core';
import { type Dashboard, openDashboard } from './dashboard.ts';
import { focused, tabTo } from './focus.ts';
import { settled } from './settled.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard({ sample: { clicks: 2000, links: 20 } });
}, 120_000);
afterAll(() => dashboard[Symbol.asyncDispose]());
afterEach(() => dashboard.closePages());

let made = 0;
const makeLink = (): Promise<Link> => {
  made++;
  return dashboard.api.links.create({
    url: `https://example.com/page-${made}`,
    code: `page-${made}`,
    title: `Page ${made}`,
  });
};
const stored = ({ id }: Link) => dashboard.api.links.get(id);

async function openLink({ id, title }: Link, search = ''): Promise<Page> {
  const page = await dashboard.open(`/links/${id}${search}`);
  await page.getByRole('heading', { level: 1, name: title ?? '' }).waitFor();
  return page;
}

/** Waits for the toast that says it, and presses its Undo. */
async function undo(page: Page, text: string): Promise<void> {
  const toast = page.getByRole('listitem').filter({ hasText: text });
  await toast.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undone', { exact: true }).waitFor();
}

test('a link is changed by keyboard alone; the change is undone from its toast', async () => {
  const link = await makeLink();
  const page = await openLink(link);
  await page.keyboard.press('e');
  const form = page.getByRole('form', { name: 'Edit link' });
  await form.waitFor();
  await tabTo(page, form.getByLabel('Title'));
  await page.keyboard.press('Control+a');
  await page.keyboard.type('Another title');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('heading', { level: 1, name: 'Another title' }).waitFor();
  expect(await stored(link)).toMatchObject({ title: 'Another title', url: link.url });
  await undo(page, 'Saved');
  await page.getByRole('heading', { level: 1, name: link.title ?? '' }).waitFor();
  expect((await stored(link)).title).toBe(link.title);
});

test('the short part stays, nothing changed is nothing to save, and Escape asks before changes are lost', async () => {
  const link = await makeLink();
  const page = await openLink(link, '?edit=1');
  const form = page.getByRole('form', { name: 'Edit link' });
  expect(await form.getByLabel('Short part').getAttribute('readonly')).not.toBeNull();
  expect(await form.getByRole('button', { name: 'Save' }).getAttribute('aria-disabled')).toBe('true');
  await form.getByLabel('Title').fill('Never saved');
  await page.keyboard.press('Escape');
  const question = page.getByRole('alertdialog', { name: 'Leave without saving?' });
  await question.getByRole('button', { name: 'Cancel' }).click();
  await question.waitFor({ state: 'detached' });
  expect(await form.getByLabel('Title').inputValue()).toBe('Never saved');
  await form.getByLabel('Title').press('Escape');
  await question.getByRole('button', { name: 'Leave' }).click();
  await form.waitFor({ state: 'detached' });
  expect((await stored(link)).title).toBe(link.title);
});

test('a key switches a link off, its visitors see it, and Undo switches it on again', async () => {
  const link = await makeLink();
  const page = await openLink(link);
  await page.keyboard.press('a');
  await page.getByRole('list', { name: 'State' }).getByText('Inactive').waitFor();
  const toast = page.getByText(`${link.code} switched off`);
  await toast.waitFor();
  expect((await stored(link)).active).toBe(false);
  expect((await fetch(`${dashboard.baseUrl}/${link.code}`, { redirect: 'manual' })).status).not.toBe(302);
  await undo(page, `${link.code} switched off`);
  await page.getByRole('list', { name: 'State' }).getByText('Active', { exact: true }).waitFor();
  expect((await stored(link)).active).toBe(true);
});

test('a change that the server refuses is taken back on the page, with the request to quote', async () => {
  const link = await makeLink();
  const page = await openLink(link);
  await page.route('**/api/v1/links/bulk', (route) =>
    route.fulfill({
      status: 500,
      contentType: 'application/problem+json',
      headers: { 'X-Request-Id': 'request-of-a-test' },
      body: JSON.stringify({ status: 500, code: 'internal', title: 'Internal error', requestId: 'request-of-a-test' }),
    }),
  );
  await page.getByRole('button', { name: 'Deactivate' }).click();
  await page.getByText('Request request-of-a-test').waitFor();
  await page.getByRole('list', { name: 'State' }).getByText('Active', { exact: true }).waitFor();
  expect((await stored(link)).active).toBe(true);
});

test('its short URL and its destination are copied', async () => {
  const link = await makeLink();
  const page = await openLink(link);
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await page.keyboard.press('s');
  await page.getByText(`Copied ${link.shortUrl}`).waitFor();
  expect(await clipboard()).toBe(link.shortUrl);
  await page.getByRole('button', { name: 'Copy destination' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  expect(await clipboard()).toBe(link.url);
});

test('a link that is deleted is gone from the list, and back by Undo', async () => {
  const link = await makeLink();
  const page = await openLink(link);
  await page.keyboard.press('Delete');
  await page.getByRole('heading', { level: 1, name: 'Links' }).waitFor();
  await expect(stored(link)).rejects.toMatchObject({ code: 'not_found' });
  await page.getByText(link.url).waitFor({ state: 'detached' });
  await undo(page, `${link.code} deleted`);
  expect(await stored(link)).toMatchObject({ url: link.url, deletedAt: null });
});

test('the page of a deleted link says so and restores it; that of an unknown one leads on', async () => {
  const link = await makeLink();
  await dashboard.api.links.delete(link.id);
  const page = await dashboard.open(`/links/${link.id}`);
  await page.getByText(`${link.code} was deleted`).waitFor();
  await page.getByRole('button', { name: 'Restore' }).click();
  await page.getByRole('heading', { level: 1, name: link.title ?? '' }).waitFor();
  expect((await stored(link)).deletedAt).toBeNull();

  for (const id of ['999999', 'nonsense']) {
    const unknown = await dashboard.open(`/links/${id}`);
    await unknown.getByText('There is no such link').waitFor();
    await unknown.getByRole('link', { name: 'Show all links' }).click();
    await unknown.getByRole('heading', { level: 1, name: 'Links' }).waitFor();
  }
});

test('where somebody else saved first, the person chooses field by field', async () => {
  const link = await makeLink();
  const page = await openLink(link, '?edit=1');
  const form = page.getByRole('form', { name: 'Edit link' });
  await form.getByLabel('Title').fill('Mine');
  await form.getByLabel('Destination').fill('https://example.com/mine');
  await dashboard.api.links.update(link.id, { title: 'Theirs', redirectStatus: 307 });
  await page.keyboard.press('Control+Enter');
  const dialog = page.getByRole('dialog', { name: 'Somebody else changed this link' });
  await dialog.waitFor();
  // What only one of the two changed is proposed as they changed it.
  const choice = (field: string, side: string) =>
    dialog.getByRole('group', { name: field }).getByRole('radio', { name: side });
  expect(await choice('Destination', 'Yours').isChecked()).toBe(true);
  expect(await choice('Title', 'Yours').isChecked()).toBe(true);
  expect(await choice('Redirect', 'Saved meanwhile').isChecked()).toBe(true);
  await choice('Title', 'Saved meanwhile').check();
  await dialog.getByRole('button', { name: 'Save this choice' }).click();
  await form.waitFor({ state: 'detached' });
  await page.getByRole('heading', { level: 1, name: 'Theirs' }).waitFor();
  expect(await stored(link)).toMatchObject({ title: 'Theirs', url: 'https://example.com/mine', redirectStatus: 307 });
});

test('its QR code is downloaded as it was chosen, as PNG and SVG', async () => {
  const link = await makeLink();
  const page = await openLink(link);
  await page.keyboard.press('q');
  await focused(page.getByRole('link', { name: 'Download PNG' }));
  await page.getByLabel('Size').selectOption('256');
  await page.getByLabel('Code', { exact: true }).fill('#102030');
  const download = async (format: string) => {
    const [got] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: `Download ${format}` }).press('Enter'),
    ]);
    expect(got.suggestedFilename()).toBe(`${link.code}.${format.toLowerCase()}`);
    return Buffer.from(await Bun.file((await got.path()) ?? '').arrayBuffer());
  };
  const png = await download('PNG');
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([256, 256]);
  const svg = (await download('SVG')).toString();
  expect(svg).toStartWith('<svg');
  expect(svg).toContain('#102030');
  await page.getByLabel('Ground').fill('#203040');
  await page.getByText('Too little contrast').waitFor();
});

test('its history tells what changed, from what to what, and its clicks where they are asked for', async () => {
  const link = await makeLink();
  await dashboard.api.links.update(link.id, { title: 'Renamed' });
  const page = await dashboard.open(`/links/${link.id}`);
  const history = page.getByRole('region', { name: 'History' });
  const change = history.getByRole('listitem').filter({ hasText: 'Title changed' });
  await change.waitFor();
  expect(await change.locator('ins').textContent()).toBe('Renamed');
  await history.getByRole('listitem').filter({ hasText: 'Created' }).waitFor();
  await fetch(`${dashboard.baseUrl}/${link.code}`, { redirect: 'manual', headers: { 'User-Agent': 'Mozilla/5.0' } });
  while ((await stored(link)).clicks === 0) await Bun.sleep(20);
  await history.getByRole('radio', { name: 'With clicks' }).click();
  await history.getByText('1 click', { exact: true }).waitFor();
  expect(new URL(page.url()).searchParams.get('history')).toBe('all');
});

test('its analytics are on its page and keep their own state in the address', async () => {
  const page = await dashboard.open('/links/1');
  await settled(page, /Spring sale/);
  await page.getByRole('region', { name: 'Technology' }).getByRole('button', { name: /Phone/ }).click();
  await page.waitForURL(/filter=device/);
  await page.reload();
  await settled(page, /Spring sale/);
  expect(new URL(page.url()).searchParams.get('filter')).toBe('device:mobile');
});

test('no page complained', () => expect(dashboard.problems).toEqual([]));
