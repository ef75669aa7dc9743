import type { BrowserContext, Page } from 'playwright-core';
import { type Dashboard, openDashboard } from '../../dashboard/e2e/dashboard.ts';
import { machine, median, report } from './lib/report.ts';

// What somebody waits for in the dashboard, by Chromium's own trace, on the same cores as the server. Median and worst of five.
// Links page: from the start of the navigation until the first row of 10,000 links is painted and the page takes input again,
// with an empty cache and a warm one. Charts: from the last byte of the series until it is drawn, on a page that is opened anew.
const RUNS = 5;
const LINKS = 10_000;
const CLICKS = 200_000;
const CATEGORIES = ['blink.user_timing', 'loading', 'devtools.timeline'];
const DAY_MS = 86_400_000;
/** The longest period that the dashboard shows by hour. */
const HOURLY_DAYS = 45;

/** One event of a trace. Units: `ts` in microseconds of one clock for all processes. */
interface TraceEvent {
  name: string;
  ts: number;
  args: { data?: { requestId?: string; url?: string; isLoadingMainFrame?: boolean; documentLoaderURL?: string } };
}

/** What Chromium recorded while `act` ran. */
async function traced(dashboard: Dashboard, page: Page, act: () => Promise<unknown>): Promise<TraceEvent[]> {
  await dashboard.browser.startTracing(page, { categories: CATEGORIES });
  await act();
  const { traceEvents } = JSON.parse((await dashboard.browser.stopTracing()).toString()) as {
    traceEvents: TraceEvent[];
  };
  return traceEvents.sort((a, b) => a.ts - b.ts);
}

/** When the event that `is` means happened first, no earlier than `after`. Errors: throws where it did not. */
function timeOf(events: readonly TraceEvent[], what: string, is: (event: TraceEvent) => boolean, after = 0): number {
  const found = events.find((event) => event.ts >= after && is(event));
  if (found === undefined) throw new Error(`the trace has no ${what}`);
  return found.ts;
}

/** Marks the moment after the first row's frame at which the page is free to take input. Runs in the page. */
function markFirstRow(): void {
  const look = () => {
    if (document.querySelector('main a[href^="/app/links/"]:not([href$="/new"])') === null) {
      requestAnimationFrame(look);
      return;
    }
    const free = new MessageChannel();
    free.port1.onmessage = () => performance.mark('first-row');
    requestAnimationFrame(() => free.port2.postMessage(null));
  };
  requestAnimationFrame(look);
}

async function linksUsable(dashboard: Dashboard, page: Page): Promise<number> {
  const url = `${dashboard.baseUrl}/app/links`;
  await page.goto('about:blank');
  const events = await traced(dashboard, page, async () => {
    await page.goto(url);
    await page.waitForFunction(() => performance.getEntriesByName('first-row').length > 0);
  });
  const start = timeOf(
    events,
    'navigation',
    ({ name, args }) => name === 'navigationStart' && args.data?.documentLoaderURL === url,
  );
  return (timeOf(events, 'first row', ({ name }) => name === 'first-row', start) - start) / 1000;
}

async function chartDrawn(dashboard: Dashboard, page: Page, path: string, interval: string): Promise<number> {
  await page.goto('about:blank');
  const events = await traced(dashboard, page, async () => {
    await page.goto(`${dashboard.baseUrl}/app${path}`);
    await page.waitForFunction(() => performance.getEntriesByName('chart-drawn').length > 0);
  });
  const sent = events.find(
    ({ name, args }) =>
      name === 'ResourceSendRequest' &&
      args.data?.url?.includes('/analytics/timeseries') === true &&
      args.data.url.includes(`interval=${interval}`),
  );
  const answered = timeOf(
    events,
    'answer',
    ({ name, args }) => name === 'ResourceFinish' && args.data?.requestId === sent?.args.data?.requestId,
  );
  return (timeOf(events, 'chart', ({ name }) => name === 'chart-drawn', answered) - answered) / 1000;
}

function say(what: string, times: number[], bar: number, aim: number): void {
  report(`${what}, median`, median(times), 'ms', bar, aim, 'less');
  report(`${what}, worst of ${times.length}`, Math.max(...times), 'ms', bar, aim, 'less');
}

/** `measure` five times, each on a page that `open` gives. */
async function times(open: () => Promise<Page>, measure: (page: Page) => Promise<number>): Promise<number[]> {
  const measured: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const page = await open();
    measured.push(await measure(page));
    await page.close();
  }
  return measured;
}

console.log(machine());
await using dashboard = await openDashboard({ sample: { clicks: CLICKS, links: LINKS } });

/** A signed-in context with nothing in its cache: the page that is opened for it asks for nothing of the dashboard's. */
async function emptyContext(): Promise<BrowserContext> {
  const page = await dashboard.open('/sign-in');
  const context = await page
    .context()
    .browser()
    ?.newContext({ storageState: await page.context().storageState() });
  await page.context().close();
  if (context === undefined) throw new Error('the browser is gone');
  await context.addInitScript(markFirstRow);
  return context;
}

const cold = await times(
  async () => (await emptyContext()).newPage(),
  (page) => linksUsable(dashboard, page),
);
say(`links page of ${LINKS.toLocaleString('en')} links usable, empty cache`, cold, 1000, 500);

const context = await emptyContext();
const warmUp = await context.newPage();
await linksUsable(dashboard, warmUp);
const warm = await times(
  () => context.newPage(),
  (page) => linksUsable(dashboard, page),
);
say(`links page of ${LINKS.toLocaleString('en')} links usable, warm cache`, warm, 1000, 500);

const day = (back: number) => new Date(Date.now() - back * DAY_MS).toISOString().slice(0, 10);
for (const [what, path, interval] of [
  ['a year by day', '/analytics?period=12mo&interval=day', 'day'],
  [`${HOURLY_DAYS} days by hour`, `/analytics?from=${day(HOURLY_DAYS)}&to=${day(1)}&interval=hour`, 'hour'],
] as const) {
  await chartDrawn(dashboard, warmUp, path, interval);
  const drawn = await times(
    () => context.newPage(),
    (page) => chartDrawn(dashboard, page, path, interval),
  );
  say(`chart of ${what} drawn after its data`, drawn, 300, 100);
}
