import type { Services } from '../../platform/thread-rpc.ts';
import { SqliteAnalyticsQueries } from './analytics-queries.ts';
import { SqliteApiKeyQueries } from './api-key-queries.ts';
import type { ReadContext } from './context.ts';
import { SqliteEventQueries } from './event-queries.ts';
import { SqliteImportJobQueries } from './import-job-queries.ts';
import { SqliteLinkQueries } from './link-queries.ts';
import { SqliteSessionQueries } from './session-queries.ts';
import { SqliteUserQueries } from './user-queries.ts';

/** Everything that only reads the main database, over one context. */
export function createReadServices(context: ReadContext, options: { sampleRate: number }): Services {
  return {
    links: new SqliteLinkQueries(context),
    users: new SqliteUserQueries(context),
    events: new SqliteEventQueries(context),
    keys: new SqliteApiKeyQueries(context),
    sessions: new SqliteSessionQueries(context),
    analytics: new SqliteAnalyticsQueries(context, options),
    importJobs: new SqliteImportJobQueries(context),
  };
}
