import type { Page } from 'playwright-core';

/** Waits until a page has its heading and shows answers: no skeleton, no spinner is left. */
export async function settled(page: Page, heading = /./): Promise<void> {
  await page.getByRole('heading', { level: 1, name: heading }).first().waitFor();
  await page.waitForFunction(() => document.querySelector('[role="status"] .animate-pulse, .animate-pulse') === null);
  await page.evaluate(() => document.fonts.ready);
}
