import { LIMITS } from '@waymark/contract';
import type { Pool } from 'pg';
import { type Clock, DAY_MS, HOUR_MS, MINUTE_MS } from '../../platform/clock.ts';
import type { HousekeepingTask } from './housekeeping.ts';
import { PostgresLinkCommands } from './link-commands.ts';
import { PostgresMaintenance } from './maintenance.ts';
import { kysely } from './pool.ts';
import { PostgresSessionCommands } from './session-commands.ts';
import { inTransaction } from './transactions.ts';
import { PostgresUserCommands } from './user-commands.ts';
import { createWriteContext, type TransactionContext } from './write-context.ts';

export interface HousekeepingTasksOptions {
  now: Clock;
  /** Days that rows of clicks are kept; 0 keeps them for ever. */
  retentionDays: number;
}

/** All that is to be done time and again, in the order of its urgency. */
export function housekeepingTasks(pool: Pool, options: HousekeepingTasksOptions): HousekeepingTask[] {
  const { now } = options;
  const db = kysely(pool);
  const maintenance = new PostgresMaintenance(pool, options);
  const inOne = (work: (context: TransactionContext) => Promise<boolean>) =>
    inTransaction(db, (tx) => work(createWriteContext(tx, now)));
  const before = () => now() - LIMITS.restoreDays * DAY_MS;
  return [
    { name: 'partitions', everyMs: HOUR_MS, run: () => maintenance.makePartitions() },
    {
      name: 'deletions of users',
      everyMs: MINUTE_MS,
      run: () => inOne((tx) => new PostgresUserCommands(tx).resumeDeletions()),
    },
    { name: 'merging of rollups', everyMs: MINUTE_MS, run: () => maintenance.mergeRollups() },
    { name: 'day tier', everyMs: 5 * MINUTE_MS, run: () => maintenance.compactDay() },
    { name: 'retention', everyMs: 5 * MINUTE_MS, run: () => maintenance.retainClicks() },
    { name: 'visitors', everyMs: 5 * MINUTE_MS, run: () => maintenance.dropOldVisitors() },
    { name: 'batches', everyMs: 5 * MINUTE_MS, run: () => maintenance.forgetBatches() },
    { name: 'idempotency', everyMs: 5 * MINUTE_MS, run: () => maintenance.forgetIdempotency() },
    {
      name: 'sessions',
      everyMs: 5 * MINUTE_MS,
      run: () => inOne((tx) => new PostgresSessionCommands(tx).forgetEnded()),
    },
    { name: 'change feed', everyMs: 5 * MINUTE_MS, run: () => maintenance.forgetLinkChanges() },
    { name: 'edges', everyMs: HOUR_MS, run: () => maintenance.forgetEdges() },
    {
      name: 'deleted links',
      everyMs: 5 * MINUTE_MS,
      run: () => inOne((tx) => new PostgresLinkCommands(tx).purge(before())),
    },
  ];
}
