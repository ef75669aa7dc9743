import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { loadConfig } from '../config/load-config.ts';
import type { Option } from '../config/option.ts';
import { GROUPS } from '../config/options.ts';
import type { CommandIo, CommandResult } from './command.ts';

const TABLES: Record<string, Record<string, Option<unknown>>> = GROUPS;
const REDACTED = '[redacted]';

/** One option as it takes effect. `value` null: not set, and there is no default. */
export interface ShownOption {
  group: string;
  name: string;
  value: string | null;
  source: 'environment' | 'file' | 'default';
  unit: string | null;
  doc: string;
}

export interface ShowConfigResult extends CommandResult {
  options: ShownOption[];
  warnings: string[];
}

/** The configuration that these variables make. Errors: throws a ConfigError that lists every problem at once. */
export function configFrom(env: Readonly<Record<string, string | undefined>>): Config {
  return loadConfig(env);
}

/** As `configFrom`, for who looks at a configuration that can't be used too. */
export function configOrProblem(env: Readonly<Record<string, string | undefined>>): Config | ConfigError {
  try {
    return loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

/** Prints every option as it takes effect; of a secret only whether it is set. Errors: as `configFrom`. */
export async function showConfigCommand(
  env: Readonly<Record<string, string | undefined>>,
  io: CommandIo,
): Promise<ShowConfigResult> {
  const { warnings } = loadConfig(env);
  const options = Object.entries(TABLES).flatMap(([group, table]) =>
    Object.entries(table).map(([name, option]) => shown(env, group, name, option)),
  );
  for (const group of Object.keys(TABLES)) {
    io.print(`# ${group}`);
    for (const { name, value, source } of options.filter((option) => option.group === group))
      io.print(`${source === 'default' ? '#' : ''}${name}=${value ?? ''}`);
  }
  for (const warning of warnings) io.warn(warning);
  const set = options.filter(({ source }) => source !== 'default').length;
  return { exitCode: 0, message: `${set} of ${options.length} options are set`, options, warnings: [...warnings] };
}

function shown(
  env: Readonly<Record<string, string | undefined>>,
  group: string,
  name: string,
  option: Option<unknown>,
): ShownOption {
  const given = (env[name] ?? '').trim();
  const isFile = option.secret && (env[`${name}_FILE`] ?? '').trim() !== '';
  const isSet = given !== '' || isFile;
  return {
    group,
    name,
    value: isSet ? (option.secret ? REDACTED : given) : option.default,
    source: isFile ? 'file' : isSet ? 'environment' : 'default',
    unit: option.unit,
    doc: option.doc,
  };
}
