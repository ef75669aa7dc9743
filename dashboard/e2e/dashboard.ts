import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WaymarkClient } from '@waymark/contract/client';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startTestApp, TEST_API_KEY } from '../../server/test/start-app.ts';
import { launchBrowser } from './browser.ts';
import { type SampleOptions, sampleClicks } from './sample-clicks.ts';

const BUILT = join(import.meta.dirname, '../dist/index.html');

/** How a page is looked at. */
export interface Look {
  theme?: 'light' | 'dark';
  /** Width and height in CSS pixels. */
  size?: readonly [number, number];
  language?: 'en' | 'de';
  timeZone?: string;
  /** Whether it comes with a session. @default true */
  signedIn?: boolean;
  /** Whose session it is. @default an admin's */
  apiKey?: string;
}

export const DESKTOP = [1280, 900] as const;
export const PHONE = [390, 844] as const;

/** A server with the built dashboard, and a browser for it. */
export interface Dashboard extends AsyncDisposable {
  readonly baseUrl: string;
  readonly browser: Browser;
  readonly api: WaymarkClient;
  /** What pages logged as errors so far: a test that ends with any has found something. */
  readonly problems: string[];
  /** A page in a browser context of its own, at `path` below /app. */
  open(path: string, look?: Look): Promise<Page>;
  /** Closes all that is open: pages that nobody looks at ask the server on and on. */
  closePages(): Promise<void>;
}

export interface DashboardOptions {
  /** Clicks and links to begin with; none: an empty database. */
  sample?: SampleOptions;
  env?: Record<string, string>;
  /** A server that runs already: of a cluster, or another than this one starts. */
  server?: { baseUrl: string };
}

/** Starts the server on a database of its own, and a browser. Needs the dashboard built: `npm test` does that. */
export async function openDashboard({ sample, env = {}, server }: DashboardOptions = {}): Promise<Dashboard> {
  if (!existsSync(BUILT)) throw new Error('The dashboard is not built: node scripts/lib/build-dashboard.mjs');
  const stack = new AsyncDisposableStack();
  try {
    const dataDir = mkdtempSync(join(tmpdir(), 'waymark-dashboard-'));
    stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
    if (sample) sampleClicks(dataDir, sample);
    const app = server ?? stack.use(await startTestApp({ dataDir, env: { TRUSTED_PROXIES: '127.0.0.1', ...env } }));
    const browser = await launchBrowser();
    stack.defer(() => browser.close());
    const { baseUrl } = app;
    const problems: string[] = [];
    return {
      baseUrl,
      browser,
      problems,
      api: new WaymarkClient({ baseUrl, apiKey: TEST_API_KEY }),
      async open(path, look = {}) {
        const context = await contextFor(browser, look);
        if (look.signedIn !== false) await signIn(context, baseUrl, look.apiKey ?? TEST_API_KEY);
        const page = await context.newPage();
        page.setDefaultTimeout(30_000);
        page.on('pageerror', (error) => problems.push(`${path}: ${error.message}`));
        page.on('console', (message) => {
          if (message.type() === 'error' && !isAboutAnAnswer(message.text()))
            problems.push(`${path}: ${message.text()}`);
        });
        await page.goto(`${baseUrl}/app${path}`);
        return page;
      },
      async closePages() {
        await Promise.all(browser.contexts().map((context) => context.close()));
      },
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** The browser itself says of every answer of 400 and more that it failed to load; pages show those in words. */
function isAboutAnAnswer(text: string): boolean {
  return text.startsWith('Failed to load resource') || text.includes('net::ERR_');
}

function contextFor(
  browser: Browser,
  { theme = 'light', size: [width, height] = DESKTOP, language = 'en', timeZone = 'Europe/Berlin' }: Look,
): Promise<BrowserContext> {
  return browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale: language === 'de' ? 'de-DE' : 'en-GB',
    timezoneId: timeZone,
    permissions: ['clipboard-read', 'clipboard-write'],
    reducedMotion: 'reduce',
    hasTouch: width < 600,
  });
}

async function signIn(context: BrowserContext, baseUrl: string, apiKey: string): Promise<void> {
  const answer = await context.request.post(`${baseUrl}/api/v1/session`, {
    headers: { Origin: baseUrl },
    data: { apiKey },
  });
  if (answer.status() !== 201) throw new Error(`signing in was answered ${answer.status()}: ${await answer.text()}`);
}
