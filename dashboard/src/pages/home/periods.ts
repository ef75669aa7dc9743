const HOUR_MS = 3_600_000;
const QUARTER_MS = 900_000;

/** 24 hours before, on the quarter of an hour: counts are kept by quarters, and one question serves until the next. */
export function dayBefore(now: number): string {
  return new Date(Math.floor(now / QUARTER_MS) * QUARTER_MS - 24 * HOUR_MS).toISOString();
}

/** Where 48 buckets of an hour begin, the last of which still runs. Units: epoch ms in. */
export function chartPeriod(now: number): string {
  return new Date(Math.floor(now / HOUR_MS) * HOUR_MS - 47 * HOUR_MS).toISOString();
}
