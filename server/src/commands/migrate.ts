import type { Config } from '../config/config.ts';
import { openForWriting } from '../storage/sqlite/database.ts';
import { migrate } from '../storage/sqlite/migrate.ts';
import { type CommandIo, type CommandResult, conclude, dataPaths } from './command.ts';
import { migratePostgres } from './postgres/migrate-postgres.ts';
import { isScaledOut } from './postgres/with-pool.ts';
import { withDataDir } from './with-data-dir.ts';

export interface MigrateResult extends CommandResult {
  /** Schema versions; null where the database could not be opened. */
  from: number | null;
  to: number | null;
}

/** Brings the database's schema forward; makes a SQLite file if it is missing, and refuses while a server runs on it. */
export async function migrateCommand(config: Config, io: CommandIo): Promise<MigrateResult> {
  if (isScaledOut(config)) return migratePostgres(config, io);
  const { database } = dataPaths(config);
  const outcome = await withDataDir(config, () => {
    const db = openForWriting(database);
    try {
      return migrate(db);
    } finally {
      db.close();
    }
  });
  if ('failed' in outcome) return conclude(io, { exitCode: 1, message: outcome.failed, from: null, to: null });
  const { from, to } = outcome.done;
  const message =
    from === to
      ? `${database} is at schema version ${to}: nothing to do`
      : `${database}: schema version ${from} → ${to}`;
  return conclude(io, { exitCode: 0, message, from, to });
}
