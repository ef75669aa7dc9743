import { tzOffset } from '@date-fns/tz';

/** What a clock on a wall shows: `date` as 2026-03-29, `time` as 02:30. */
export interface WallClock {
  date: string;
  time: string;
}

/**
 * When a wall clock of a zone shows a time. `twice`: the clock is set back and shows it two times; `skipped`: it is set
 * forward past it, and `at` is the instant at which the clock would show it had it not been (an hour later on it).
 * Units: epoch ms.
 */
export type Moment =
  | { kind: 'once'; at: number }
  | { kind: 'twice'; first: number; second: number }
  | { kind: 'skipped'; at: number };

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The instants that a wall clock of `zone` names; null where it is no date and time. */
export function momentOf({ date, time }: WallClock, zone: string): Moment | null {
  const asUtc = Date.parse(`${date}T${time}Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || !/^\d\d:\d\d$/.test(time) || Number.isNaN(asUtc)) return null;
  // No zone is further than a day from UTC, and none changes twice within two days.
  const before = offsetMs(zone, asUtc - DAY_MS);
  const after = offsetMs(zone, asUtc + DAY_MS);
  const found = [...new Set([asUtc - before, asUtc - after])]
    .filter((at) => at + offsetMs(zone, at) === asUtc)
    .toSorted((a, b) => a - b);
  const [first, second] = found;
  if (first === undefined) return { kind: 'skipped', at: asUtc - before };
  return second === undefined ? { kind: 'once', at: first } : { kind: 'twice', first, second };
}

/** The instant that is meant; `later` chooses where the clock shows it twice. */
export function instantOf(clock: WallClock, zone: string, later: boolean): number | null {
  const moment = momentOf(clock, zone);
  if (moment === null) return null;
  if (moment.kind === 'twice') return later ? moment.second : moment.first;
  return moment.at;
}

/** What the clocks of `zone` show at an instant, and whether they show it for the second time. */
export function wallClockOf(at: number, zone: string): WallClock & { later: boolean } {
  const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const [date = '', time = ''] = new Date(minute + offsetMs(zone, minute)).toISOString().split('T');
  const clock = { date, time: time.slice(0, 5) };
  const moment = momentOf(clock, zone);
  return { ...clock, later: moment?.kind === 'twice' && moment.second === minute };
}

function offsetMs(zone: string, at: number): number {
  return tzOffset(zone, new Date(at)) * MINUTE_MS;
}
