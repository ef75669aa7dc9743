import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { findings, overflow } from './axe.ts';
import { type Dashboard, DESKTOP, type Look, openDashboard, PHONE } from './dashboard.ts';
import { knownPages, makeImport } from './pages.ts';
import { settled } from './settled.ts';

/** Every page in both themes, at both widths, in both languages: contrast hangs on the theme, room on width and language. */
const LOOKS = [
  { theme: 'light', size: DESKTOP },
  { theme: 'dark', size: PHONE, language: 'de' },
] as const satisfies readonly Look[];
const IDS = { linkId: '1', importId: '1' };

/** What is opened over a page, by keyboard, with the role it has then. */
const WINDOWS = [
  { name: 'shortcuts', path: '/links', keys: ['?'], role: 'dialog' },
  { name: 'palette', path: '/', keys: ['Control+k', 's'], role: 'dialog' },
  { name: 'create-key', path: '/keys', press: /^New API key$/, keys: [], role: 'dialog' },
  { name: 'qr', path: '/links', keys: ['j', 'q'], role: 'dialog' },
  { name: 'filter', path: '/analytics', keys: ['f'], role: 'dialog' },
  { name: 'delete-key', path: '/keys', press: /^Revoke /, keys: [], role: 'alertdialog' },
  { name: 'sign-in-link', path: '/keys', press: /Make a sign-in link/, keys: [], role: 'dialog' },
  { name: 'account', path: '/', size: DESKTOP, press: /^bootstrap$/, keys: [], role: 'menu' },
  { name: 'row-menu', path: '/links', press: /^Actions for /, keys: [], role: 'menu' },
] as const satisfies readonly {
  name: string;
  path: string;
  /** Name of a button that is pressed first. */
  press?: RegExp;
  keys: readonly string[];
  role: 'dialog' | 'alertdialog' | 'menu';
  /** Where it is there at that width alone. */
  size?: Look['size'];
}[];

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard({ sample: { clicks: 20_000, links: 300 } });
  IDS.importId = await makeImport(dashboard.api);
  await dashboard.api.keys.create({ name: 'a key to revoke', scope: 'read' });
}, 120_000);
afterAll(() => dashboard[Symbol.asyncDispose]());
afterEach(() => dashboard.closePages());

/** Keys of the catalogue that stand on the page in place of their texts. */
async function rawKeys(page: Page): Promise<string[]> {
  const text = await page.evaluate(() => document.body.innerText);
  const areas = 'activity|analytics|common|errors|home|imports|keys|link|links|shell|signIn|system';
  return [...text.matchAll(new RegExp(`\\b(${areas})\\.[a-z][A-Za-z.]+`, 'g'))].map(([key]) => key);
}

async function wrongs(page: Page): Promise<unknown[]> {
  const wider = await overflow(page);
  return [
    ...(await findings(page)),
    ...(await rawKeys(page)).map((rawKey) => ({ rawKey })),
    ...(wider > 0 ? [{ overflow: wider }] : []),
  ];
}

test.each(knownPages(IDS).map(({ name }) => name))(
  'the page %s has no serious finding, fits its window and has words for everything',
  async (name) => {
    const found: unknown[] = [];
    for (const look of LOOKS) {
      const known = knownPages(IDS).find((page) => page.name === name);
      if (known === undefined) throw new Error(name);
      const page = await dashboard.open(known.path, { ...look, signedIn: known.signedIn });
      await settled(page, 'language' in look ? /./ : known.heading);
      for (const wrong of await wrongs(page)) found.push({ look, wrong });
      await page.context().close();
    }
    expect(found).toEqual([]);
    expect(dashboard.problems).toEqual([]);
  },
  180_000,
);

test.each(WINDOWS.map(({ name }) => name))(
  'the window %s has no serious finding, and gives the focus back',
  async (name) => {
    const found: unknown[] = [];
    const opened = WINDOWS.find((each) => each.name === name);
    if (opened === undefined) throw new Error(name);
    for (const look of [
      { theme: 'light', size: DESKTOP },
      { theme: 'dark', size: PHONE },
    ] as const) {
      if ('size' in opened && opened.size !== look.size) continue;
      const page = await dashboard.open(opened.path, look);
      await settled(page);
      if ('press' in opened) await page.getByRole('button', { name: opened.press }).first().press('Enter');
      for (const key of opened.keys) await page.keyboard.press(key);
      const shown = page.getByRole(opened.role);
      await shown.first().waitFor();
      for (const wrong of await wrongs(page)) found.push({ look, wrong });
      await page.keyboard.press('Escape');
      await shown.first().waitFor({ state: 'detached' });
      if ('press' in opened) expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BUTTON');
      await page.context().close();
    }
    expect(found).toEqual([]);
  },
  120_000,
);
