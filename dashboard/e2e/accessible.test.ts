import { afterAll, beforeAll, expect, test } from 'bun:test';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { type Dashboard, DESKTOP, openDashboard, PHONE } from './dashboard.ts';
import { knownPages, makeImport } from './pages.ts';
import { settled } from './settled.ts';

/** Every page in both themes on a desktop and a phone. */
const LOOKS = [
  { theme: 'light', size: DESKTOP },
  { theme: 'dark', size: PHONE },
  { theme: 'dark', size: DESKTOP },
  { theme: 'light', size: PHONE },
] as const;
const IDS = { linkId: '1', importId: '1' };

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard({ sample: { clicks: 20_000, links: 300 } });
  IDS.importId = await makeImport(dashboard.api);
}, 60_000);
afterAll(() => dashboard[Symbol.asyncDispose]());

interface Finding {
  rule: string;
  impact: string | null | undefined;
  nodes: string[];
}

/** What axe finds against WCAG 2.2 AA that is serious or worse. */
async function findings(page: Page): Promise<Finding[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: typeof axe }).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, nodes }) => ({
      rule: id,
      impact,
      nodes: nodes.slice(0, 5).map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary ?? ''}`),
    }));
}

test.each(knownPages(IDS).map(({ name }) => name))(
  'the page %s has no serious finding and fits its window',
  async (name) => {
    const found: unknown[] = [];
    for (const look of LOOKS) {
      const known = knownPages(IDS).find((page) => page.name === name);
      if (known === undefined) throw new Error(name);
      const page = await dashboard.open(known.path, { ...look, signedIn: known.signedIn });
      await settled(page, known.heading);
      for (const finding of await findings(page)) found.push({ look, ...finding });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (overflow > 0) found.push({ look, overflow });
      await page.context().close();
    }
    expect(found).toEqual([]);
    expect(dashboard.problems).toEqual([]);
  },
  120_000,
);
