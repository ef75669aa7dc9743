import type { ImportRowResult } from './import-rows.ts';

export type Outcome = Omit<ImportRowResult, 'row'>;

/** A result with its warnings as one sentence, or without any. */
export function withWarnings(
  outcome: Outcome['outcome'],
  id: number | null,
  warnings: readonly string[] = [],
): Outcome {
  return warnings.length > 0 ? { outcome, id, message: warnings.join('; ') } : { outcome, id };
}

/** Files know seconds: a time that differs from the stored one by less is the same, and the stored one is kept. */
export function sameSecond(a: number, b: number): boolean {
  return Math.floor(a / 1000) === Math.floor(b / 1000);
}

/** The time to store: the file's where it has one and says something new. */
export function importedTime(stored: number, given: number | null): number {
  return given === null || sameSecond(stored, given) ? stored : given;
}
