import { rmSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { openForWriting } from '../storage/sqlite/database.ts';
import { migrate } from '../storage/sqlite/migrate.ts';
import { type CommandIo, type CommandResult, conclude, dataPaths } from './command.ts';
import { resetPostgres } from './postgres/reset-postgres.ts';
import { isScaledOut } from './postgres/with-pool.ts';
import { withDataDir } from './with-data-dir.ts';

/** Empties the database and the outbox, API keys included, after a confirmation. Refuses while a server runs on them. */
export async function resetCommand(config: Config, args: { yes: boolean }, io: CommandIo): Promise<CommandResult> {
  if (isScaledOut(config)) return resetPostgres(config, args, io);
  const { dataDir, database, outbox } = dataPaths(config);
  const question = `Delete every user, link, event, click and API key in ${dataDir}? This can't be undone.`;
  if (!args.yes && !(await io.confirm(question))) {
    return conclude(io, { exitCode: 1, message: 'Nothing was deleted. Answer yes, or give --yes.' });
  }
  const outcome = await withDataDir(config, () => {
    // The outbox first: clicks left over would be delivered to links that get the same ids.
    rmSync(outbox, { recursive: true, force: true });
    for (const suffix of ['-wal', '-shm', '-journal', '']) rmSync(`${database}${suffix}`, { force: true });
    const db = openForWriting(database);
    try {
      migrate(db);
    } finally {
      db.close();
    }
  });
  if ('failed' in outcome) return conclude(io, { exitCode: 1, message: outcome.failed });
  return conclude(io, { exitCode: 0, message: `${dataDir} is empty` });
}
