import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

/** The file that the browser keeps after `act`. */
export async function downloaded(page: Page, act: () => Promise<unknown>): Promise<{ name: string; text: string }> {
  const [file] = await Promise.all([page.waitForEvent('download'), act()]);
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') };
}
