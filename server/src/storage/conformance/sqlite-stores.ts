import { SqliteApiKeyCommands } from '../sqlite/api-key-commands.ts';
import { SqliteApiKeyQueries } from '../sqlite/api-key-queries.ts';
import { SqliteEventCommands } from '../sqlite/event-commands.ts';
import { SqliteEventQueries } from '../sqlite/event-queries.ts';
import { SqliteImportCommands } from '../sqlite/import-commands.ts';
import { SqliteImportJobCommands } from '../sqlite/import-job-commands.ts';
import { SqliteImportJobQueries } from '../sqlite/import-job-queries.ts';
import { SqliteIngestStore } from '../sqlite/ingest-store.ts';
import { SqliteLinkCommands } from '../sqlite/link-commands.ts';
import { SqliteLinkQueries } from '../sqlite/link-queries.ts';
import { SqliteSessionCommands } from '../sqlite/session-commands.ts';
import { SqliteSessionQueries } from '../sqlite/session-queries.ts';
import { SqliteUserCommands } from '../sqlite/user-commands.ts';
import { SqliteUserQueries } from '../sqlite/user-queries.ts';
import { createSqliteHarness, type SqliteHarness } from './sqlite-harness.ts';
import { type Stores, TEST_TIME } from './stores.ts';

/** All SQLite stores over one fresh file. `dayTierCovers` as for ingest; nothing is rolled up to days unless said. */
export function createSqliteStores(
  options: { drawCode?: () => string; dayTierCovers?: (day: number) => boolean } = {},
): Stores & { harness: SqliteHarness } {
  const clock = { now: TEST_TIME };
  const now = () => clock.now;
  const harness = createSqliteHarness({ now });
  const { read, write } = harness;
  const ingest = new SqliteIngestStore(harness.sqlite, {
    now,
    sampleRate: 1,
    dayTierCovers: options.dayTierCovers ?? (() => false),
  });
  return {
    harness,
    clock,
    links: new SqliteLinkQueries(read),
    linkCommands: harness.commands(new SqliteLinkCommands(write, options.drawCode)),
    users: new SqliteUserQueries(read),
    userCommands: harness.commands(new SqliteUserCommands(write)),
    events: new SqliteEventQueries(read),
    eventCommands: harness.commands(new SqliteEventCommands(write)),
    keys: new SqliteApiKeyQueries(read),
    keyCommands: harness.commands(new SqliteApiKeyCommands(write)),
    sessions: new SqliteSessionQueries(read),
    sessionCommands: harness.commands(new SqliteSessionCommands(write)),
    importJobs: new SqliteImportJobQueries(read),
    importJobCommands: harness.commands(
      new SqliteImportJobCommands(write, new SqliteLinkCommands(write, options.drawCode)),
    ),
    imports: harness.commands(new SqliteImportCommands(write)),
    ingest: harness.commands(ingest),
    changed: () => harness.changed(),
    close: () => harness.close(),
  };
}
