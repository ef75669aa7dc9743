import { analyticsConformance } from '../conformance/analytics.ts';
import { fillDayTier, SimpleIngest } from '../conformance/simple-clicks.ts';
import { createSqliteHarness } from '../conformance/sqlite-harness.ts';
import { SqliteAnalyticsQueries } from './analytics-queries.ts';

analyticsConformance('SQLite', () => {
  const harness = createSqliteHarness({ now: () => 0 });
  const ingest = new SimpleIngest(harness.sqlite);
  return {
    queries: new SqliteAnalyticsQueries(harness.read),
    ingest: (clicks) => harness.sqlite.transaction(() => ingest.ingest(clicks))(),
    fillDayTier: (day) => fillDayTier(harness.sqlite, day),
    close: () => harness.close(),
  };
});
