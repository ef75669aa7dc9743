import type { Locator, Page } from 'playwright-core';

const TABS_MAX = 40;

/** Presses Tab until it has the focus. Errors: throws where no Tab leads to it. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let i = 0; i < TABS_MAX; i++) {
    if (await hasFocus(target)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`no Tab leads to ${target}`);
}

/** Waits until it has the focus. */
export async function focused(target: Locator): Promise<void> {
  await target.waitFor();
  const element = await target.elementHandle();
  await target.page().waitForFunction((node) => node === document.activeElement, element);
}

async function hasFocus(target: Locator): Promise<boolean> {
  return (await target.count()) > 0 && (await target.first().evaluate((node) => node === document.activeElement));
}
