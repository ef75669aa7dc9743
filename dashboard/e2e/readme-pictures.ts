import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { clickAs } from './clicks.ts';
import { openDashboard } from './dashboard.ts';
import { settled } from './settled.ts';

// The pictures of README and docs/dashboard.md:  bun dashboard/e2e/readme-pictures.ts
const IMAGES = join(import.meta.dirname, '../../docs/images');
const PICTURES = [
  { name: 'home', path: '/', theme: 'light', height: 800 },
  { name: 'links', path: '/links?sort=-clicks', theme: 'light', height: 620 },
  { name: 'analytics', path: '/analytics?period=last-month&compare=1', theme: 'dark', height: 860 },
] as const;
const WIDTH = 1200;
/** Addresses of several countries, so that the live list shows some. */
const NETWORKS = ['91.12.8', '8.8.4', '81.2.69', '103.21.244', '133.11.0', '177.67.80', '41.76.108', '2.16.5'];
const CLICKS = 240;

mkdirSync(IMAGES, { recursive: true });
await using dashboard = await openDashboard({ sample: { clicks: 200_000, links: 3000 } });
for (let n = 0; n < CLICKS; n++) {
  const from = `${NETWORKS[n % NETWORKS.length]}.${1 + (n % 250)}`;
  await clickAs(dashboard.baseUrl, `code${1 + (n % 7)}`, { from });
}
for (const { name, path, theme, height } of PICTURES) {
  const page = await dashboard.open(path, { theme, size: [WIDTH, height] });
  await settled(page);
  await page.screenshot({ path: join(IMAGES, `${name}.png`) });
  console.log(`${name}.png`);
}
for (const problem of dashboard.problems) console.error(problem);
