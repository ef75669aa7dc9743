import type { Option } from './option.ts';
import { OPTIONS, type OptionValues } from './options.ts';
import type { Env } from './read-options.ts';

const TABLE: Record<string, Option<unknown>> = OPTIONS;
const NAMES = Object.keys(TABLE).flatMap((name) => (TABLE[name]?.secret ? [name, `${name}_FILE`] : [name]));
const KNOWN = new Set(NAMES);

/** Variables of the command-line client, which share the prefix and are none of the server's. */
const CLIENT_NAMES = new Set(['WAYMARK_URL', 'WAYMARK_API_KEY']);

/** A sentence for each set variable that looks meant for Waymark and is not read, with the nearest name. */
export function warnOfNames(env: Env): string[] {
  const warnings: string[] = [];
  for (const name of Object.keys(env).sort()) {
    if (KNOWN.has(name) || CLIENT_NAMES.has(name)) continue;
    const own = name.startsWith('WAYMARK_');
    const bare = own ? name.slice('WAYMARK_'.length) : name;
    const nearest = KNOWN.has(bare) ? bare : nearestName(bare);
    if (nearest !== null) warnings.push(`${name} is not read; did you mean ${nearest}?`);
    else if (own) warnings.push(`${name} is not read: Waymark has no such option.`);
  }
  return warnings;
}

/** A sentence for each variable that is set and that this release does nothing with. */
export function warnOfUnused(env: Env): string[] {
  return Object.entries(TABLE).flatMap(([name, { unused }]) => {
    const set = [name, `${name}_FILE`].some((variable) => (env[variable] ?? '').trim() !== '');
    return unused !== null && set ? [`${name} is set and has no effect: it ${unused}.`] : [];
  });
}

/** A sentence for each secret that is short enough to be guessed. */
export function warnOfShortSecrets(values: OptionValues): string[] {
  const least = { SECRET_KEY: 32, BOOTSTRAP_API_KEY: 16, CHAOS_TOKEN: 16 } as const;
  return Object.entries(least).flatMap(([name, characters]) => {
    const value = values[name as keyof typeof least];
    const isShort = value !== null && value.length < characters;
    return isShort ? [`${name} has fewer than ${characters} characters and might be guessed.`] : [];
  });
}

/** @NOTE Short names are near to many that mean something else (HOME, HOST), so a short one must be nearer. */
function nearestName(name: string): string | null {
  const upper = name.toUpperCase();
  const distanceMax = upper.length >= 9 ? 2 : upper.length >= 5 ? 1 : 0;
  let best: { name: string; distance: number } | null = null;
  for (const known of NAMES) {
    if (Math.abs(known.length - upper.length) > distanceMax) continue;
    const distance = editDistance(upper, known);
    if (distance <= distanceMax && (best === null || distance < best.distance)) best = { name: known, distance };
  }
  return best?.name ?? null;
}

/** Levenshtein: insertions, deletions and replacements that turn one word into the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replace = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
