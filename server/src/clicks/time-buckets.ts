import { invalidField } from '../platform/app-error.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../platform/clock.ts';

export type Interval = 'hour' | 'day' | 'week' | 'month';

/** A stretch of time over which a zone's clocks keep one distance from UTC. `offset`: ms to add to UTC. */
export interface OffsetSpan {
  start: number;
  end: number;
  offset: number;
}

const LOOK_MS = 7 * DAY_MS;
/** Further than any bucket reaches beyond the range it belongs to. */
const MARGIN_MS = 40 * DAY_MS;
const INTERVAL_MS: Record<Interval, number> = { hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS };

/**
 * The local buckets that a range touches: their starts, ascending, the first at or before `from`.
 * Units: epoch ms.  Errors: `invalid_request` for more than `bucketsMax` buckets or an unknown zone.
 */
export function bucketStarts(
  from: number,
  to: number,
  interval: Interval,
  timeZone: string,
  bucketsMax: number,
): number[] {
  if ((to - from) / INTERVAL_MS[interval] > bucketsMax) {
    throw invalidField('interval', `makes more than ${bucketsMax} buckets of this range`);
  }
  const spans = offsetSpans(from - MARGIN_MS, to + MARGIN_MS, timeZone);
  const starts = interval === 'hour' ? hourStarts(spans, from, to) : calendarStarts(spans, from, to, interval);
  if (starts.length > bucketsMax) throw invalidField('interval', `makes more than ${bucketsMax} buckets of this range`);
  return starts;
}

/**
 * How a zone's clocks stand from `from` to `to`: spans without gaps, in order.
 * @NOTE Clocks are looked at once a week, so two changes within one week that cancel out go unseen; no zone has had any.
 */
export function offsetSpans(from: number, to: number, timeZone: string): OffsetSpan[] {
  const offsetAt = zoneClock(timeZone);
  // Clocks change on whole minutes.
  from = Math.floor(from / MINUTE_MS) * MINUTE_MS;
  to = Math.ceil(to / MINUTE_MS) * MINUTE_MS;
  const spans: OffsetSpan[] = [];
  let current: OffsetSpan = { start: from, end: to, offset: offsetAt(from) };
  for (let at = from; at < to; at += LOOK_MS) {
    const next = Math.min(at + LOOK_MS, to);
    const offset = offsetAt(next);
    if (offset === current.offset) continue;
    let low = at;
    let high = next;
    while (high - low > MINUTE_MS) {
      const middle = low + Math.ceil((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
      if (offsetAt(middle) === current.offset) low = middle;
      else high = middle;
    }
    current.end = high;
    spans.push(current);
    current = { start: high, end: to, offset };
  }
  spans.push(current);
  return spans;
}

/** Whether the runtime knows the zone. */
export function isTimeZone(timeZone: string): boolean {
  try {
    zoneClock(timeZone);
    return true;
  } catch {
    return false;
  }
}

function zoneClock(timeZone: string): (at: number) => number {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      era: 'short',
    });
  } catch {
    throw invalidField('timeZone', 'is not a known IANA time zone');
  }
  return (at) => {
    const part: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(at)) part[type] = value;
    const year = Number(part.year) * (part.era === 'BC' ? -1 : 1) + (part.era === 'BC' ? 1 : 0);
    const local = Date.UTC(2000, Number(part.month) - 1, Number(part.day), Number(part.hour), Number(part.minute));
    const date = new Date(local + Number(part.second) * 1000);
    date.setUTCFullYear(year, Number(part.month) - 1, Number(part.day));
    return date.getTime() - Math.floor(at / 1000) * 1000;
  };
}

/** Every instant at which the local hour changes, a repeated hour counting as a new one. */
function hourStarts(spans: OffsetSpan[], from: number, to: number): number[] {
  const starts: number[] = [];
  let before: OffsetSpan | null = null;
  for (const span of spans) {
    const firstWhole = Math.ceil((span.start + span.offset) / HOUR_MS) * HOUR_MS - span.offset;
    if (before !== null && firstWhole !== span.start && changesHour(before, span)) starts.push(span.start);
    for (let at = firstWhole; at < span.end && at < to; at += HOUR_MS) starts.push(at);
    before = span;
  }
  return within(starts, from, to);
}

function changesHour(before: OffsetSpan, span: OffsetSpan): boolean {
  const last = Math.floor((span.start - 1 + before.offset) / HOUR_MS);
  return span.offset < before.offset || Math.floor((span.start + span.offset) / HOUR_MS) !== last;
}

function calendarStarts(spans: OffsetSpan[], from: number, to: number, interval: 'day' | 'week' | 'month'): number[] {
  const starts: number[] = [];
  const first = spans[0];
  if (!first) return starts;
  // One bucket early: where clocks go back over midnight, `from` may read as a day that has ended.
  let local = startOf(from - 2 * DAY_MS + first.offset, interval);
  let index = 0;
  for (;;) {
    let span = spans[index] ?? first;
    while (local - span.offset >= span.end && index + 1 < spans.length) span = spans[++index] ?? span;
    const at = Math.max(span.start, local - span.offset);
    if (at >= to) return within(starts, from, to);
    // A date that a zone has skipped has no bucket.
    if (starts.at(-1) !== at) starts.push(at);
    local = next(local, interval);
  }
}

function within(starts: number[], from: number, to: number): number[] {
  const before = starts.findLastIndex((start) => start <= from);
  return starts.slice(Math.max(before, 0)).filter((start) => start < to);
}

function startOf(local: number, interval: 'day' | 'week' | 'month'): number {
  const day = Math.floor(local / DAY_MS);
  if (interval === 'day') return day * DAY_MS;
  // Day 0 of the epoch was a Thursday.
  if (interval === 'week') return (day - ((((day + 3) % 7) + 7) % 7)) * DAY_MS;
  const date = new Date(day * DAY_MS);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

function next(local: number, interval: 'day' | 'week' | 'month'): number {
  if (interval === 'day') return local + DAY_MS;
  if (interval === 'week') return local + 7 * DAY_MS;
  const date = new Date(local);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}
