import { migrate } from '../../storage/postgres/migrate.ts';
import { type CommandIo, conclude } from '../command.ts';
import type { MigrateResult } from '../migrate.ts';
import { type ScaledOutConfig, shownDatabase, withPool } from './with-pool.ts';

/** Brings PostgreSQL's schema forward, beside running servers too. */
export async function migratePostgres(config: ScaledOutConfig, io: CommandIo): Promise<MigrateResult> {
  const outcome = await withPool(config, (pool) => migrate(pool));
  if ('failed' in outcome) return conclude(io, { exitCode: 1, message: outcome.failed, from: null, to: null });
  const { from, to } = outcome.done;
  const name = shownDatabase(config);
  const message =
    from === to ? `${name} is at schema version ${to}: nothing to do` : `${name}: schema version ${from} → ${to}`;
  return conclude(io, { exitCode: 0, message, from, to });
}
