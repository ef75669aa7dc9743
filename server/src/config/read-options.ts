import { readFileSync } from 'node:fs';
import type { Option } from './option.ts';
import { OPTIONS, type OptionValues } from './options.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads every option, and goes on after a problem so that all are told at once.
 * Shape: a variable with a problem has the value of an unset one.
 */
export function readOptions(env: Env): { values: OptionValues; problems: string[] } {
  const problems: string[] = [];
  const read = (name: string, option: Option<unknown>): unknown => {
    try {
      const raw = option.secret ? readSecret(env, name) : (env[name] ?? '');
      const trimmed = raw.trim();
      return trimmed === '' ? option.whenEmpty : option.parse(trimmed);
    } catch (error) {
      problems.push(`${name} ${error instanceof Error ? error.message : String(error)}.`);
      return option.whenEmpty;
    }
  };
  const values = Object.fromEntries(Object.entries(OPTIONS).map(([name, option]) => [name, read(name, option)]));
  return { values: values as OptionValues, problems };
}

/** The variable itself, or the content of the file that `NAME_FILE` names. */
function readSecret(env: Env, name: string): string {
  const value = env[name] ?? '';
  const path = (env[`${name}_FILE`] ?? '').trim();
  if (path === '') return value;
  if (value.trim() !== '') throw new Error(`and ${name}_FILE are both set: give one of them`);
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'an error';
    throw new Error(`can't be read from ${name}_FILE ${path} (${code})`, { cause });
  }
  if (content.trim() === '') throw new Error(`is to come from ${name}_FILE ${path}, but that file is empty`);
  return content;
}
