import { afterAll, beforeAll } from 'bun:test';
import { analyticsConformance } from '../conformance/analytics.ts';
import { createPostgresHarness, type PostgresHarness } from '../conformance/postgres-harness.ts';
import { fillPostgresDays, PostgresSimpleClicks } from '../conformance/postgres-simple-clicks.ts';
import { PostgresAnalyticsQueries } from './analytics-queries.ts';

let harness: PostgresHarness;
beforeAll(async () => {
  harness = await createPostgresHarness();
});
afterAll(() => harness.close());

analyticsConformance('PostgreSQL', async () => {
  await harness.empty();
  const clicks = new PostgresSimpleClicks(harness.pool);
  return {
    queries: new PostgresAnalyticsQueries(harness),
    ingest: (more) => clicks.ingest(more),
    fillDayTier: (day) => fillPostgresDays(harness.pool, day),
    close: () => {},
  };
});
