import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE } from '../src/storage/sqlite/database.ts';
import { benchAnalytics } from './analytics.ts';
import { temporary } from './lib/processes.ts';
import { machine } from './lib/report.ts';
import { SEED_DEFAULTS, seedClicks } from './seed-clicks.ts';

// Charts over a year of clicks: median and worst of five, in ms. With none or one filter over 10 million clicks the bar is 50 ms
// (aim 10); with several filters, 1 million clicks in range, 1 s (aim 100 ms).
const SIZES = (process.env.BENCH_CLICKS ?? '1000000,10000000').split(',').map(Number);

console.log(machine());
for (const clicks of SIZES) {
  const dir = temporary(`charts-${clicks}`);
  try {
    const start = performance.now();
    seedClicks(dir, { ...SEED_DEFAULTS, clicks });
    console.log(
      `\n${clicks.toLocaleString('en')} clicks, made in ${((performance.now() - start) / 1000).toFixed(0)} s; ms: median, worst`,
    );
    await benchAnalytics(join(dir, DATABASE_FILE));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
