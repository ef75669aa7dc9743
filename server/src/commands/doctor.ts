import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { dataDirHolder } from '../storage/sqlite/data-dir-lock.ts';
import { type CommandIo, type CommandResult, reason } from './command.ts';
import { type Check, fail, ok, warn } from './doctor/check.ts';
import { checkDataDir } from './doctor/data-dir.ts';
import { checkPostgres } from './doctor/postgres.ts';
import { checkRedis } from './doctor/redis.ts';
import { checkRuntime } from './doctor/runtime.ts';
import { checkServer } from './doctor/server.ts';
import { checkClock, checkStoredData } from './doctor/stored-data.ts';
import { isScaledOut } from './postgres/with-pool.ts';

export interface DoctorResult extends CommandResult {
  checks: Check[];
}

const SIGNS = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' } as const;

/**
 * Looks the set-up over and says of each part whether it is as it should be, and what to do where it is not.
 * `loaded`: the configuration, or why it can't be used. Changes nothing. Exit code 1 where a check fails.
 */
export async function doctorCommand(
  loaded: Config | ConfigError,
  args: { url?: string | undefined; key?: string | undefined },
  io: CommandIo,
  now: Clock = systemClock,
): Promise<DoctorResult> {
  const checks = [...checkRuntime(), ...checkConfig(loaded)];
  if (!(loaded instanceof ConfigError)) checks.push(...(await checkInstallation(loaded, args, now)));
  for (const { name, status, found, advice } of checks) {
    io.print(`${SIGNS[status]}  ${name}: ${found}`);
    if (advice !== null) io.print(`      → ${advice}`);
  }
  const count = (status: Check['status']) => checks.filter((check) => check.status === status).length;
  const message = `${count('ok')} ok, ${count('warn')} warnings, ${count('fail')} failures`;
  io.print(message);
  return { exitCode: count('fail') > 0 ? 1 : 0, message, checks };
}

function checkConfig(loaded: Config | ConfigError): Check[] {
  const name = 'configuration';
  if (loaded instanceof ConfigError)
    return loaded.problems.map((problem) => fail(name, problem, 'docs/configuration.md lists every variable'));
  if (loaded.warnings.length === 0) return [ok(name, 'no problem')];
  return loaded.warnings.map((warning) => warn(name, warning, 'docs/configuration.md lists every variable'));
}

async function checkInstallation(
  config: Config,
  args: { url?: string | undefined; key?: string | undefined },
  now: Clock,
): Promise<Check[]> {
  const { dataDir } = config.storage;
  try {
    const holder = dataDirHolder(dataDir);
    return [
      ...checkDataDir(dataDir),
      ...(isScaledOut(config)
        ? [...(await checkPostgres(config)), ...(await checkRedis(config)), checkClock(now(), null)]
        : checkStoredData(config, holder !== null, now())),
      ...(await checkServer(config, holder, args)),
    ];
  } catch (error) {
    return [fail('data directory', reason(error), `check the rights of ${dataDir} and who owns it`)];
  }
}
