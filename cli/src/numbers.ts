import { usage } from './failure.ts';

/** A whole number of the command line, bounds included. Errors: usage. */
export function wholeNumber(text: string, option: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw usage(`${option}: ${text} is no whole number from ${min} to ${max}`);
  return value;
}
