import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnalyticsQueries, ClickRange } from '../src/clicks/analytics.ts';
import { DAY_MS } from '../src/platform/clock.ts';
import { SqliteAnalyticsQueries } from '../src/storage/sqlite/analytics-queries.ts';
import { DATABASE_FILE, kysely, openForReading } from '../src/storage/sqlite/database.ts';
import { SEED_DEFAULTS, seedClicks } from './seed-clicks.ts';

/** Runs each question over a seeded SQLite database. */
export async function benchAnalytics(file: string): Promise<void> {
  // As the thread that answers charts opens it.
  const sqlite = openForReading(file, 32_768);
  await askCharts(new SqliteAnalyticsQueries({ db: kysely(sqlite), sqlite, now: Date.now }, { deadlineMs: 60_000 }));
  sqlite.close();
}

/** Runs each question a few times over the population of seedClicks; prints the median and worst, in ms, beside the bar. */
export async function askCharts(queries: AnalyticsQueries): Promise<void> {
  const from = SEED_DEFAULTS.start;
  const year: ClickRange = { linkId: null, from, to: from + 365 * DAY_MS, filters: [], quality: 'human' };
  const hot: ClickRange = { ...year, linkId: 1 };
  const country = { dimension: 'country', value: 'country-1' } as const;
  const device = { dimension: 'device', value: 'device-1' } as const;
  const browser = { dimension: 'browser', value: 'browser-1' } as const;
  const utc = 'UTC';
  const newYork = 'America/New_York';
  const day = 'day' as const;

  const questions: [name: string, barMs: number, ask: (q: AnalyticsQueries) => Promise<unknown>][] = [
    ['days, no filter', 50, (q) => q.timeseries({ ...year, interval: day, timeZone: newYork })],
    ['days, one country', 50, (q) => q.timeseries({ ...year, filters: [country], interval: day, timeZone: utc })],
    [
      'days, one country, New York',
      50,
      (q) => q.timeseries({ ...year, filters: [country], interval: day, timeZone: newYork }),
    ],
    [
      'days, one country, Kolkata',
      50,
      (q) => q.timeseries({ ...year, filters: [country], interval: day, timeZone: 'Asia/Kolkata' }),
    ],
    [
      'days, one country, Kathmandu',
      50,
      (q) => q.timeseries({ ...year, filters: [country], interval: day, timeZone: 'Asia/Kathmandu' }),
    ],
    [
      'hours of 200 days, country, Kolkata',
      50,
      (q) =>
        q.timeseries({
          ...year,
          to: from + 200 * DAY_MS,
          filters: [country],
          interval: 'hour',
          timeZone: 'Asia/Kolkata',
        }),
    ],
    [
      'days, one link, country, Kolkata',
      50,
      (q) => q.timeseries({ ...hot, filters: [country], interval: day, timeZone: 'Asia/Kolkata' }),
    ],
    [
      'days, one link, one country',
      50,
      (q) => q.timeseries({ ...hot, filters: [country], interval: day, timeZone: newYork }),
    ],
    ['totals, no filter', 50, (q) => q.totals(year)],
    ['top countries', 50, (q) => q.top({ ...year, dimension: 'country', limit: 10 })],
    ['top cities', 50, (q) => q.top({ ...year, dimension: 'city', limit: 10 })],
    ['top cities, one link', 50, (q) => q.top({ ...hot, dimension: 'city', limit: 10 })],
    ['top links', 50, (q) => q.top({ ...year, dimension: 'link', limit: 10 })],
    [
      'top links of a week',
      50,
      (q) => q.top({ ...year, from: from + 100 * DAY_MS, to: from + 107 * DAY_MS, dimension: 'link', limit: 10 }),
    ],
    ['week hours', 50, (q) => q.weekHours({ ...year, timeZone: newYork })],
    [
      'sparklines of 200 links',
      50,
      (q) =>
        q.sparklines({
          linkIds: Array.from({ length: 200 }, (_, i) => i + 1),
          from,
          to: from + 30 * DAY_MS,
          points: 30,
          quality: 'human',
        }),
    ],
    ['totals, two filters', 1000, (q) => q.totals({ ...year, filters: [country, device] })],
    [
      'days, two filters',
      1000,
      (q) => q.timeseries({ ...year, filters: [country, device], interval: day, timeZone: newYork }),
    ],
    [
      'days, three filters',
      1000,
      (q) => q.timeseries({ ...year, filters: [country, device, browser], interval: day, timeZone: newYork }),
    ],
    [
      'days, all countries but few',
      1000,
      (q) =>
        q.timeseries({
          ...year,
          filters: Array.from({ length: 30 }, (_, n) => ({ dimension: 'country', value: `country-${n + 1}` }) as const),
          interval: day,
          timeZone: utc,
        }),
    ],
    [
      'top cities, two filters',
      1000,
      (q) => q.top({ ...year, filters: [country, device], dimension: 'city', limit: 10 }),
    ],
    [
      'days, busiest link, two filters',
      1000,
      (q) => q.timeseries({ ...hot, filters: [country, device], interval: day, timeZone: newYork }),
    ],
  ];
  const only = new RegExp(process.env.BENCH_ONLY ?? '');
  for (const [name, barMs, ask] of questions) {
    if (!only.test(`${name}, bar ${barMs}`)) continue;
    await ask(queries);
    const times: number[] = [];
    for (let run = 0; run < 5; run++) {
      const start = performance.now();
      await ask(queries);
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    console.log(
      `${name.padEnd(34)} ${(times[2] ?? 0).toFixed(1).padStart(8)} ${(times[4] ?? 0).toFixed(1).padStart(8)}   bar ${barMs}`,
    );
  }
}

if (import.meta.main) {
  const given = process.argv[3];
  const directory = given ?? mkdtempSync(join(tmpdir(), 'waymark-analytics-'));
  const file = join(directory, DATABASE_FILE);
  if (!existsSync(file))
    seedClicks(directory, { ...SEED_DEFAULTS, clicks: Number(process.argv[2] ?? SEED_DEFAULTS.clicks) });
  await benchAnalytics(file);
  if (!given) rmSync(directory, { recursive: true, force: true });
}
