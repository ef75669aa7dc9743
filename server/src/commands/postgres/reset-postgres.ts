import { rmSync } from 'node:fs';
import { emptyDatabase, runningEdges } from '../../storage/postgres/empty-database.ts';
import { migrate } from '../../storage/postgres/migrate.ts';
import { type CommandIo, type CommandResult, conclude, dataPaths } from '../command.ts';
import { withDataDir } from '../with-data-dir.ts';
import { type ScaledOutConfig, shownDatabase, withPool } from './with-pool.ts';

/**
 * Empties PostgreSQL, and this machine's outbox and replica, after a confirmation. Refuses while edges run on it.
 * Clicks that lie in outboxes of other machines are discarded when they arrive: their links are gone.
 */
export async function resetPostgres(
  config: ScaledOutConfig,
  args: { yes: boolean },
  io: CommandIo,
): Promise<CommandResult> {
  const name = shownDatabase(config);
  const question = `Delete every user, link, event, click and API key in ${name}? This can't be undone.`;
  if (!args.yes && !(await io.confirm(question))) {
    return conclude(io, { exitCode: 1, message: 'Nothing was deleted. Answer yes, or give --yes.' });
  }
  const outcome = await withPool(config, async (pool) => {
    await migrate(pool);
    const running = await runningEdges(pool);
    if (running.length > 0) throw new Error(`edges are running on it (${running.join(', ')}): stop them first`);
    const here = await withDataDir(config, () => {
      rmSync(dataPaths(config).outbox, { recursive: true, force: true });
    });
    if ('failed' in here) throw new Error(here.failed);
    await emptyDatabase(pool);
  });
  if ('failed' in outcome) return conclude(io, { exitCode: 1, message: outcome.failed });
  return conclude(io, { exitCode: 0, message: `${name} is empty` });
}
