import { TZDateMini } from '@date-fns/tz';
import { type Interval, later } from '../format/calendar.ts';

/** What a mark below a chart says of its time. */
export type Part = 'time' | 'day' | 'month' | 'year';

/** A mark, by the index of its bucket. Units: epoch ms. */
export interface Tick {
  index: number;
  start: number;
  part: Part;
}

interface Level {
  part: Part;
  /** Changes where a mark may stand. */
  key(local: Date): number;
}

const dayOf = (local: Date) =>
  Math.floor(Date.UTC(local.getFullYear(), local.getMonth(), local.getDate()) / 86_400_000);
const monthOf = (local: Date) => local.getFullYear() * 12 + local.getMonth();
const hours = (count: number): Level => ({
  part: 'time',
  key: (local) => dayOf(local) * 24 + Math.floor(local.getHours() / count) * count,
});
const days = (count: number): Level => ({ part: 'day', key: (local) => Math.floor(dayOf(local) / count) });
const months = (count: number): Level => ({ part: 'month', key: (local) => Math.floor(monthOf(local) / count) });
const years = (count: number): Level => ({ part: 'year', key: (local) => Math.floor(local.getFullYear() / count) });
/** Day 0 of the epoch was a Thursday; weeks begin on Monday. */
const weeks = (count: number): Level => ({
  part: 'day',
  key: (local) => Math.floor(Math.floor((dayOf(local) + 3) / 7) / count),
});

/** From the finest: marks by round parts of the clock and the calendar, never by a count of buckets. */
const LEVELS: readonly Level[] = [
  ...[1, 2, 3, 6, 12].map(hours),
  ...[1, 2].map(days),
  ...[1, 2].map(weeks),
  ...[1, 2, 3, 6].map(months),
  ...[1, 2, 5].map(years),
];

/** The first level that is no finer than the buckets are. */
const FINEST: Record<Interval, number> = { hour: 0, day: 5, week: 7, month: 9 };

/** At most `ticksMax` marks for buckets that begin at `starts`. Units: epoch ms. */
export function timeTicks(starts: readonly number[], interval: Interval, timeZone: string, ticksMax: number): Tick[] {
  const [first] = starts;
  if (first === undefined) return [];
  const locals = [later(interval, first, -1, timeZone), ...starts].map((at) => new TZDateMini(at, timeZone));
  const at = (level: Level) =>
    starts.flatMap((start, index) => {
      const [before, own] = [locals[index], locals[index + 1]];
      return before && own && level.key(before) !== level.key(own) ? [{ start, index, own }] : [];
    });
  for (const level of LEVELS.slice(FINEST[interval])) {
    const marks = at(level);
    if (marks.length > ticksMax || marks.length === 0) continue;
    return marks.map(({ start, index, own }) => ({ index, start, part: partOf(level, own) }));
  }
  return [];
}

/** The first mark of a day names the day, the first of a year the year. */
function partOf({ part }: Level, local: Date): Part {
  if (part === 'time' && local.getHours() === 0) return 'day';
  if (part === 'month' && local.getMonth() === 0) return 'year';
  return part;
}
