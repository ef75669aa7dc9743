import type { Services } from '../../platform/thread-rpc.ts';
import { PostgresAnalyticsQueries } from './analytics-queries.ts';
import { PostgresApiKeyQueries } from './api-key-queries.ts';
import type { ReadContext } from './context.ts';
import { PostgresEventQueries } from './event-queries.ts';
import { PostgresImportJobQueries } from './import-job-queries.ts';
import { PostgresLinkQueries } from './link-queries.ts';
import { PostgresSessionQueries } from './session-queries.ts';
import { PostgresUserQueries } from './user-queries.ts';

/** What of the database reads are served from. */
export interface ReadContexts {
  /** Short questions, beside the writes. */
  main: ReadContext;
  /** A share of its own for charts and exports, so that none of them keeps a write waiting for a connection. */
  analytics: ReadContext;
}

/** Everything that only reads the database. */
export function createReadServices({ main, analytics }: ReadContexts, options: { sampleRate: number }): Services {
  return {
    links: new PostgresLinkQueries(main),
    users: new PostgresUserQueries(main),
    events: new PostgresEventQueries(main),
    keys: new PostgresApiKeyQueries(main),
    sessions: new PostgresSessionQueries(main),
    analytics: new PostgresAnalyticsQueries(analytics, options),
    importJobs: new PostgresImportJobQueries(main),
  };
}
