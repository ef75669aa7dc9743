import { existsSync } from 'node:fs';
import type { Difference, Reconciler, ReconcileSummary } from '../clicks/reconcile.ts';
import type { Config } from '../config/config.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { PostgresReconciler } from '../storage/postgres/reconcile.ts';
import { openForReading, openForWriting } from '../storage/sqlite/database.ts';
import { SqliteReconciler } from '../storage/sqlite/reconcile.ts';
import { type CommandIo, type CommandResult, conclude, dataPaths, reason } from './command.ts';
import { isScaledOut, withPool } from './postgres/with-pool.ts';
import { withDataDir } from './with-data-dir.ts';

/** Differences named one by one; the number beside them is exact. */
const NAMED_MAX = 1000;

export interface ReconcileResult extends CommandResult {
  /** Null where it could not be run. */
  summary: ReconcileSummary | null;
  /** The first 1,000. */
  differences: Difference[];
}

/**
 * Recounts rollups and counters from their rows and reports each difference; exit code 1 where there are any left.
 * Runs beside a server, over one state of the database; with `repair` a SQLite file has to be its own.
 */
export async function reconcileCommand(
  config: Config,
  args: { repair: boolean },
  io: CommandIo,
  now: Clock = systemClock,
): Promise<ReconcileResult> {
  const { database, dataDir } = dataPaths(config);
  const differences: Difference[] = [];
  const failed = (message: string) =>
    conclude<ReconcileResult>(io, { exitCode: 1, message, summary: null, differences });
  if (!isScaledOut(config) && !existsSync(database)) return failed(`there is no database in ${dataDir}`);
  const { sampleRate, retentionDays } = config.events;
  const options = { repair: args.repair, sampleRate, retentionDays: retentionDays ?? 0 };
  const recount = (reconciler: Reconciler) =>
    reconciler.run(options, (difference) => {
      if (differences.length >= NAMED_MAX) return;
      differences.push(difference);
      io.warn(describe(difference));
    });
  const inFile = async () => {
    const sqlite = args.repair ? openForWriting(database) : openForReading(database);
    try {
      return await recount(new SqliteReconciler({ sqlite, now }));
    } finally {
      sqlite.close();
    }
  };
  let summary: ReconcileSummary;
  try {
    let outcome: { done: ReconcileSummary } | { failed: string };
    if (isScaledOut(config)) outcome = await withPool(config, (pool) => recount(new PostgresReconciler(pool, now)));
    else outcome = args.repair ? await withDataDir(config, inFile) : { done: await inFile() };
    if ('failed' in outcome) return failed(outcome.failed);
    summary = outcome.done;
  } catch (error) {
    return failed(reason(error));
  }
  const { hours, links } = summary;
  const scope = `${links} links and ${hours} hours recounted`;
  if (summary.differences === 0)
    return conclude(io, { exitCode: 0, message: `${scope}: no difference`, summary, differences });
  if (args.repair)
    return conclude(io, {
      exitCode: 0,
      message: `${scope}: ${summary.differences} differences repaired`,
      summary,
      differences,
    });
  return conclude(io, {
    exitCode: 1,
    message: `${scope}: ${summary.differences} differences; --repair writes the recounted numbers`,
    summary,
    differences,
  });
}

function describe({ table, key, expected, found }: Difference): string {
  return `${table} ${JSON.stringify(key)}: recounted ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`;
}
