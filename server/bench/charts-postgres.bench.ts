import { startPostgres } from '../src/commands/cluster/postgres-server.ts';
import { PostgresAnalyticsQueries } from '../src/storage/postgres/analytics-queries.ts';
import { kysely, openPool } from '../src/storage/postgres/pool.ts';
import { askCharts } from './analytics.ts';
import { machine } from './lib/report.ts';
import { SEED_DEFAULTS } from './seed-clicks.ts';
import { seedPostgres } from './seed-postgres.ts';

// The questions of `charts` over PostgreSQL: a year of clicks in a server of its own. With none or one filter over 10 million
// clicks the bar is 50 ms (aim 10); with several filters, 1 million clicks in range, 1 s (aim 100 ms).
const SIZES = (process.env.BENCH_CLICKS ?? '1000000,10000000').split(',').map(Number);

console.log(machine());
for (const clicks of SIZES) {
  await using server = await startPostgres({ sharedBuffers: '2GB', settings: { maintenance_work_mem: '512MB' } });
  const start = performance.now();
  const url = await server.createDatabase('charts');
  await seedPostgres(url, { ...SEED_DEFAULTS, clicks });
  const version = await server.psql('SHOW server_version');
  console.log(
    `\n${clicks.toLocaleString('en')} clicks in PostgreSQL ${version}, made in ${((performance.now() - start) / 1000).toFixed(0)} s; ms: median, worst`,
  );
  const pool = openPool({ url, max: 2, statementMs: 60_000, name: 'bench' });
  await askCharts(new PostgresAnalyticsQueries({ db: kysely(pool) }));
  await pool.end();
}
