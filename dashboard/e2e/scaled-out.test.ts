import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { missingServers } from '../../server/src/commands/cluster/installed.ts';
import { type Cluster, startCluster } from '../../server/src/commands/cluster/start-cluster.ts';
import { TEST_API_KEY } from '../../server/test/start-app.ts';
import { type Dashboard, openDashboard } from './dashboard.ts';
import { focused } from './focus.ts';

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

let cluster: Cluster;
let dashboard: Dashboard;

// `npm test` installs PostgreSQL, Redis and nginx where they are missing.
const testHere = test.skipIf(missingServers().length > 0);

beforeAll(async () => {
  if (missingServers().length > 0) return;
  cluster = await startCluster({ env: { BOOTSTRAP_API_KEY: TEST_API_KEY } });
  dashboard = await openDashboard({ server: { baseUrl: cluster.url } });
  // With no link at all Home shows first steps in place of what happens.
  await dashboard.api.links.create({ url: 'https://example.com/first', code: 'first-one' });
}, 180_000);
afterAll(async () => {
  await dashboard?.[Symbol.asyncDispose]();
  await cluster?.stop();
}, 120_000);
afterEach(() => dashboard?.closePages());

const at = (index: number, of: Cluster['edges']) => {
  const found = of[index];
  if (found === undefined) throw new Error(`there are only ${of.length}`);
  return found;
};

testHere(
  'a link made at one API server redirects at every edge, and its clicks come in live, then into analytics',
  async () => {
    const home = await dashboard.open('/');
    await home.getByRole('status').getByText('Live', { exact: true }).waitFor();
    const page = await dashboard.open('/links/new');
    await focused(page.getByLabel('Destination'));
    await page.keyboard.type('https://example.com/scaled');
    await page.getByLabel('Short part').fill('scaled');
    await page.getByText('scaled is free').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your link is ready' }).waitFor();

    for (const edge of cluster.edges) {
      const visit = await fetch(`${edge.url}/scaled`, { redirect: 'manual', headers: { 'User-Agent': BROWSER } });
      expect([visit.status, visit.headers.get('location')]).toEqual([302, 'https://example.com/scaled']);
    }
    const clicks = home.getByRole('list', { name: 'Latest clicks' }).getByRole('link', { name: 'scaled', exact: true });
    await clicks.nth(1).waitFor();
    expect(await clicks.count()).toBe(2);

    const [link] = (await dashboard.api.links.list({ code: 'scaled' })).data;
    const analytics = await dashboard.open(`/analytics?link=${link?.id}`);
    await analytics.getByRole('tab', { name: 'Browsers' }).click();
    await analytics.getByRole('button', { name: /Firefox/ }).waitFor();
    expect((await dashboard.api.analytics.totals({ link: link?.id ?? '' })).data.clicks).toBe(2);
  },
);

testHere('the System page has both edges with what they took in and how far behind their copy is', async () => {
  const page = await dashboard.open('/system');
  const edges = page.getByRole('region', { name: 'Edges' }).first();
  for (const { pid } of cluster.edges) {
    const row = edges.getByRole('row').filter({ has: page.getByRole('rowheader', { name: `/${pid}` }) });
    await row.getByText('In touch').waitFor();
    await row.getByText(/up to date|behind/).waitFor();
  }
});

testHere(
  'a session that is ended at one API server is refused at the other, and its page leads to signing in',
  async () => {
    const { secret = '' } = await dashboard.api.keys.create({ name: 'scaled-visitor', scope: 'read' });
    const other = await dashboard.open('/', { apiKey: secret });
    await other.getByRole('status').getByText('Live', { exact: true }).waitFor();
    const [cookie] = await other.context().cookies();
    const statusAt = async (url: string) =>
      (await fetch(`${url}/api/v1/session`, { headers: { Cookie: `${cookie?.name}=${cookie?.value}` } })).status;
    for (const api of cluster.apis) expect(await statusAt(api.url)).toBe(200);

    const page = await dashboard.open('/keys');
    const row = page
      .getByRole('list', { name: 'Sessions' })
      .getByRole('listitem')
      .filter({ hasText: 'scaled-visitor' });
    await row.getByRole('button', { name: /^Sign out/ }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Sign out' }).click();
    await row.waitFor({ state: 'detached' });
    await other.getByRole('heading', { name: 'Sign in' }).waitFor();
    for (const api of cluster.apis) expect(await statusAt(api.url)).toBe(401);
  },
);

testHere('one API server is enough: what is watched live comes from the other', async () => {
  const home = await dashboard.open('/');
  await home.getByRole('status').getByText('Live', { exact: true }).waitFor();
  await at(0, cluster.apis).kill();
  await fetch(`${at(0, cluster.edges).url}/scaled`, { redirect: 'manual', headers: { 'User-Agent': BROWSER } });
  await home
    .getByRole('list', { name: 'Latest clicks' })
    .getByRole('link', { name: 'scaled', exact: true })
    .nth(2)
    .waitFor({ timeout: 30_000 });
  await at(0, cluster.apis).start();
});

testHere(
  'without PostgreSQL pages say what still works, with the request to quote, and recover with it',
  async () => {
    const system = await dashboard.open('/system');
    await system.getByRole('region', { name: 'Edges' }).first().waitFor();
    const page = await dashboard.open('/activity');
    await page.getByRole('heading', { level: 1, name: 'Activity' }).waitFor();
    const visit = async () =>
      (await fetch(`${at(1, cluster.edges).url}/first-one`, { redirect: 'manual', headers: { 'User-Agent': BROWSER } }))
        .status;
    expect(await visit()).toBe(302);
    await cluster.postgres.stop();

    const away = 'The database is away just now. Redirects go on';
    await system.getByRole('alert').getByText(away).waitFor({ timeout: 60_000 });
    expect(await visit()).toBe(302);
    await page.getByRole('link', { name: 'Links', exact: true }).click();
    await page.getByRole('alert').getByText(away).waitFor({ timeout: 60_000 });
    await page
      .getByRole('alert')
      .getByText(/^Request \S+/)
      .waitFor();
    const begun = await page.context().newPage();
    await begun.goto(`${cluster.url}/app/links`);
    await begun.getByRole('alert').getByText(away).waitFor({ timeout: 60_000 });

    await cluster.postgres.start();
    await system.getByRole('alert').waitFor({ state: 'detached', timeout: 60_000 });
    // The page may have asked again by itself.
    const again = page.getByRole('button', { name: 'Try again' });
    await again.click({ timeout: 5000 }).catch(() => undefined);
    await page
      .getByRole('link', { name: /first-one/ })
      .first()
      .waitFor({ timeout: 60_000 });
    const clicksOf = async () => (await dashboard.api.links.list({ code: 'first-one' })).data[0]?.clicks ?? 0;
    // Those that were taken in meanwhile are counted once it is back.
    while ((await clicksOf()) < 2) await Bun.sleep(100);
  },
  180_000,
);

testHere('no page complained', () => expect(dashboard.problems).toEqual([]));
