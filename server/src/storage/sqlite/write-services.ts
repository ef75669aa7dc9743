import { LIMITS } from '@waymark/contract';
import { DAY_MS, MINUTE_MS } from '../../platform/clock.ts';
import type { Services } from '../../platform/thread-rpc.ts';
import { SqliteApiKeyCommands } from './api-key-commands.ts';
import { ClickBlockUpkeep } from './click-block-upkeep.ts';
import type { WriteContext } from './context.ts';
import { DayTier } from './day-tier.ts';
import { SqliteEventCommands } from './event-commands.ts';
import { SqliteImportCommands } from './import-commands.ts';
import { SqliteImportJobCommands } from './import-job-commands.ts';
import { SqliteIngestStore } from './ingest-store.ts';
import { SqliteLinkCommands } from './link-commands.ts';
import { SqliteMaintenance } from './maintenance.ts';
import { SpanUpkeep } from './rollup-spans.ts';
import { SqliteSessionCommands } from './session-commands.ts';
import { SqliteUserCommands } from './user-commands.ts';
import type { BackgroundTask } from './write-queue.ts';

export interface WriteServices {
  /** What the API calls. */
  api: Services;
  /** What the sealer calls. */
  ingest: SqliteIngestStore;
  /** Starts the recurring work; returns how to stop it. */
  background(run: (task: BackgroundTask) => void): () => void;
}

export interface WriteServiceOptions {
  sampleRate: number;
  retentionDays: number | null;
}

const MAINTENANCE_MS = 5 * MINUTE_MS;

/** Everything that writes the main database, over one context. */
export function createWriteServices(context: WriteContext, options: WriteServiceOptions): WriteServices {
  const links = new SqliteLinkCommands(context);
  const users = new SqliteUserCommands(context);
  const sessions = new SqliteSessionCommands(context);
  const dayTier = new DayTier(context.sqlite);
  const maintenance = new SqliteMaintenance(context, dayTier, { retentionDays: options.retentionDays ?? 0 });
  const blocks = new ClickBlockUpkeep(context.sqlite);
  const spans = new SpanUpkeep(context.sqlite);
  const ingest = new SqliteIngestStore(context.sqlite, {
    now: context.now,
    sampleRate: options.sampleRate,
    dayTierCovers: (day, linkId) => dayTier.covers(day, linkId),
  });
  const tasks: BackgroundTask[] = [
    () => maintenance.compactDay(),
    () => spans.mergeSpans(),
    () => maintenance.dropOldVisitors(),
    () => maintenance.retainClicks(),
    () => blocks.copyRows(),
    () => blocks.tidyBlocks(),
    () => maintenance.forgetBatches(),
    () => maintenance.forgetIdempotency(),
    () => sessions.forgetEnded(),
    () => users.resumeDeletions(),
    () => links.purge(context.now() - LIMITS.restoreDays * DAY_MS),
  ];
  return {
    api: {
      links,
      users,
      events: new SqliteEventCommands(context),
      keys: new SqliteApiKeyCommands(context),
      sessions,
      imports: new SqliteImportCommands(context),
      importJobs: new SqliteImportJobCommands(context, links),
    },
    ingest,
    background(run) {
      const runAll = () => {
        for (const task of tasks) run(task);
      };
      const first = setTimeout(runAll, 2000);
      const timer = setInterval(runAll, MAINTENANCE_MS);
      return () => {
        clearTimeout(first);
        clearInterval(timer);
      };
    },
  };
}
