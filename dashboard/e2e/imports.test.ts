import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { type Dashboard, openDashboard } from './dashboard.ts';
import { downloaded } from './downloaded.ts';
import { eventually } from './eventually.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard({ sample: { clicks: 2000, links: 50 } });
}, 120_000);
afterAll(() => dashboard[Symbol.asyncDispose]());

const csv = (name: string) =>
  [
    'url,code,title,notes',
    `https://example.com/1,${name}-one,One,A note`,
    `https://example.com/2,${name}-two,Two,Another note`,
    `no address,${name}-three,Three,`,
    `https://example.com/4,x,Four,`,
    `https://example.com/5,code1,Five,`,
  ].join('\n');

const heading = (name: string) => ({ level: 1, name }) as const;

async function choose(page: Page, name: string, text: string): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Import CSV' }).click(),
  ]);
  await chooser.setFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
}

/** Drags a file over the page and drops it. */
async function drop(page: Page, name: string, type: string, text: string): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    (file) => {
      const data = new DataTransfer();
      data.items.add(new File([file.text], file.name, { type: file.type }));
      return data;
    },
    { name, type, text },
  );
  await page.dispatchEvent('body', 'dragover', { dataTransfer });
  await page.getByText('Drop a CSV file to import links').waitFor();
  await page.dispatchEvent('body', 'drop', { dataTransfer });
}

const importId = (page: Page) => new URL(page.url()).pathname.split('/').at(-1) ?? '';

const codesOf = async (q: string) =>
  (await dashboard.api.links.list({ q, sort: 'code' })).data.map(({ code, title }) => ({ code, title }));

test('a chosen file is looked through, its columns are changed, and it is imported, undone and deleted', async () => {
  const page = await dashboard.open('/imports');
  await choose(page, 'spring.csv', csv('chosen'));
  await page.getByRole('heading', heading('spring.csv')).waitFor();
  await page.getByText('3 rows can be imported').waitFor();
  const problems = page.getByRole('region', { name: 'Rows that cannot become links' }).last().getByRole('row');
  await eventually(
    () => problems.allTextContents(),
    (rows) => {
      expect(rows).toHaveLength(3);
      expect(rows[1]).toStartWith('3url: ');
      expect(rows[2]).toStartWith('4code: ');
    },
  );
  expect(await codesOf('chosen-')).toEqual([]);

  await page.getByLabel('Title').selectOption('notes');
  const id = importId(page);
  await eventually(
    () => dashboard.api.imports.get(id),
    ({ mapping }) => expect(mapping).toMatchObject({ url: 'url', code: 'code', title: 'notes' }),
  );
  await page.getByRole('columnheader', { name: 'Title notes' }).waitFor();

  await page.getByRole('button', { name: 'Import 3 links' }).click();
  await page.getByRole('main').getByText('Done', { exact: true }).first().waitFor();
  expect(await page.getByRole('progressbar').getAttribute('aria-valuetext')).toBe('5 of 5 rows');
  expect(await codesOf('chosen-')).toEqual([
    { code: 'chosen-one', title: 'A note' },
    { code: 'chosen-two', title: 'Another note' },
  ]);

  const report = page.getByRole('table', { name: 'Report' });
  await report.getByRole('row').filter({ hasText: 'Skipped' }).waitFor();
  await page.getByRole('radio', { name: 'Refused' }).click();
  await eventually(
    () => report.getByRole('row').allTextContents(),
    ([, ...rows]) => {
      expect(rows).toHaveLength(2);
      expect(rows[0]).toMatch(/^3Refusedurl: \S/);
      expect(rows[1]).toMatch(/^4Refusedcode: \S/);
    },
  );
  const file = await downloaded(page, () => page.getByRole('button', { name: 'Download report' }).click());
  expect(file.name).toBe(`waymark-import-${id}-error.csv`);
  expect(file.text.trim().split(/\r?\n/)).toHaveLength(3);

  await page.getByRole('button', { name: 'Undo import' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Undo import' }).click();
  await page.getByRole('main').getByText('Undone', { exact: true }).first().waitFor();
  expect(await codesOf('chosen-')).toEqual([]);
  expect((await dashboard.api.links.list({ q: 'chosen-', deleted: true })).data).toHaveLength(2);

  await page.getByRole('button', { name: 'Delete import' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete import' }).click();
  await page.getByText('Import deleted').waitFor();
  await page.getByRole('heading', heading('Imports and exports')).waitFor();
  expect((await dashboard.api.imports.list()).data.map((job) => job.id)).not.toContain(id);
});

test('a file dropped on the list of links is imported by keyboard alone; what is no CSV is refused', async () => {
  const page = await dashboard.open('/links');
  await page.getByRole('table', { name: 'Links' }).waitFor();
  await drop(page, 'photo.png', 'image/png', 'no table');
  await page.getByText('photo.png is not a CSV file').waitFor();
  await drop(page, 'dropped.csv', 'text/csv', csv('dropped'));
  await page.getByRole('heading', heading('dropped.csv')).waitFor();
  await page.getByRole('button', { name: 'Import 3 links' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('main').getByText('Done', { exact: true }).first().waitFor();
  await page.getByRole('table', { name: 'Report' }).getByRole('link', { name: 'Open link' }).first().focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', heading('One')).waitFor();
  expect(await codesOf('dropped-')).toHaveLength(2);
});

test('a long import goes on when its page is left, and says how far it is', async () => {
  const rows = Array.from({ length: 5000 }, (_, i) => `https://example.com/long/${i}`);
  const page = await dashboard.open('/imports');
  await choose(page, 'long.csv', ['url', ...rows].join('\n'));
  await page.getByRole('button', { name: 'Import 5,000 links' }).click();
  await page.getByRole('progressbar').waitFor();
  const id = importId(page);
  await page.getByRole('link', { name: 'All imports' }).click();
  const job = page.getByRole('listitem').filter({ hasText: 'long.csv' });
  await job.getByText('Done', { exact: true }).waitFor();
  await job.getByText('5,000 created').waitFor();
  expect((await dashboard.api.imports.get(id)).progress.created).toBe(5000);
});

test('exports are links to real files, of the period that the address says', async () => {
  const page = await dashboard.open('/imports');
  const exports = page.getByRole('region', { name: 'Exports' });
  await exports.getByLabel('Period').selectOption('Last 7 days');
  await page.waitForURL('**/imports?period=7');
  const hrefs = await exports
    .getByRole('link')
    .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href));
  expect(hrefs).toHaveLength(6);
  for (const href of hrefs) {
    const answer = await page.request.get(href);
    expect({ href, status: answer.status() }).toEqual({ href, status: 200 });
    const type = href.includes('format=csv') ? 'text/csv' : 'application/json';
    expect(answer.headers()['content-type']).toStartWith(type);
    expect(answer.headers()['content-disposition']).toContain('attachment');
  }
  const file = await downloaded(page, () => exports.getByRole('link', { name: 'Links as CSV' }).click());
  expect(file.name).toEndWith('.csv');
  expect(file.text).toContain('https://example.com/50');

  await exports.getByLabel('Period').selectOption('From and to');
  const clicks = exports.getByRole('button', { name: 'Clicks as CSV' });
  expect(await clicks.getAttribute('aria-disabled')).toBe('true');
  await exports.getByLabel('From').fill('2026-01-01');
  await exports.getByLabel('To (inclusive)').fill('2026-01-31');
  const href = await exports.getByRole('link', { name: 'Clicks as CSV' }).getAttribute('href');
  expect(Object.fromEntries(new URL(href ?? '', dashboard.baseUrl).searchParams)).toMatchObject({
    from: '2025-12-31T23:00:00.000Z',
    to: '2026-01-31T23:00:00.000Z',
  });
});

test('with a session that may only read, a waiting import can be seen but not started', async () => {
  const { id } = await dashboard.api.imports.upload(csv('seen'), { fileName: 'seen.csv' });
  const { secret } = await dashboard.api.keys.create({ name: 'reader', scope: 'read' });
  const page = await dashboard.open(`/imports/${id}`, { signedIn: false });
  await page.getByLabel('API key').fill(secret ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', heading('seen.csv')).waitFor();
  // Tooltips come with a focus that the keyboard gives.
  await page.keyboard.press('Tab');
  for (const name of ['Import 3 links', 'Delete import']) {
    const button = page.getByRole('button', { name });
    expect(await button.getAttribute('aria-disabled')).toBe('true');
    await button.focus();
    await page.getByRole('tooltip').filter({ hasText: 'your session may only read' }).waitFor();
  }
});

test('nothing of this was an error to the browser', () => {
  expect(dashboard.problems).toEqual([]);
});
