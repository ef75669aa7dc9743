import { cpus, release, totalmem } from 'node:os';

/** What a figure was measured on. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${model}, ${gib} GiB, Linux ${release()}, Bun ${Bun.version}`;
}

export const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

export const percentile = (sorted: number[] | Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

const shown = (value: number) =>
  value >= 1000 ? Math.round(value).toLocaleString('en') : value >= 100 ? value.toFixed(0) : value.toFixed(2);

/** Prints one figure with its bar and aim. `better`: which way is good. */
export function report(
  name: string,
  value: number,
  unit: string,
  bar: number,
  aim: number,
  better: 'more' | 'less' = 'more',
): void {
  const holds = (limit: number) => (better === 'more' ? value >= limit : value <= limit);
  const sign = better === 'more' ? '≥' : '≤';
  const verdict = holds(aim) ? 'reaches the aim' : holds(bar) ? 'reaches the bar' : 'MISSES THE BAR';
  console.log(`${name}: ${shown(value)} ${unit}  (bar ${sign} ${bar}, aim ${sign} ${aim}: ${verdict})`);
}
