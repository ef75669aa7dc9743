import { createApp } from '../app.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { loadProcessConfig } from '../config/env.ts';
import { createLog } from '../platform/logger.ts';
import { onSignals } from '../platform/shutdown.ts';
import { startBanner } from './start-banner.ts';

/** sysexits.h: something was found in an unconfigured or misconfigured state. */
const EXIT_CONFIG = 78;

/** Runs the server until a signal, /chaos, or a fault ends it. Returns the exit code. */
export async function serve(load: () => Config = loadProcessConfig): Promise<number> {
  let config: Config;
  try {
    config = load();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return EXIT_CONFIG;
  }
  await using log = createLog({ level: config.log.level, format: config.log.format });
  const { logger } = log;
  for (const warning of config.warnings) logger.warn(warning);
  const signalled = Promise.withResolvers<string>();
  using _ = onSignals(signalled.resolve);
  let app: Awaited<ReturnType<typeof createApp>>;
  try {
    app = await createApp(config, log);
  } catch (error) {
    logger.fatal({ err: error }, 'Waymark could not start');
    return 1;
  }
  await startBanner(app, logger, process.stdout.isTTY === true);
  const reason = await Promise.race([signalled.promise, app.ended]);
  logger.info({ reason: reason instanceof Error ? reason.message : reason }, 'stopping');
  const watchdog = setTimeout(() => {
    logger.fatal('could not stop in time');
    process.exit(1);
  }, config.shutdown.graceMs + 12_000);
  await app.stop();
  clearTimeout(watchdog);
  logger.info('stopped');
  return reason instanceof Error ? 1 : 0;
}
