import { DAY_MS, MINUTE_MS } from '../platform/clock.ts';
import type { EnrichedClick } from './click.ts';

/** A clock this far ahead is taken for wrong. */
const AHEAD_MS_MAX = 5 * MINUTE_MS;

/** The click's time, or the present where its edge's clock is far ahead. Old times are taken as they are. */
export function soundTime(click: Pick<EnrichedClick, 'at'>, now: number): number {
  return click.at > now + AHEAD_MS_MAX ? now : click.at;
}

/**
 * Whether the click gets a row of its own at that share of rows (0 to 1). The same answer whenever it is asked: by the
 * click's seq, spread by a multiplicative hash.
 */
export function hasRow(click: Pick<EnrichedClick, 'seq'>, sampleRate: number): boolean {
  return sampleRate >= 1 || ((click.seq * 2_654_435_761) % 4_294_967_296) / 4_294_967_296 < sampleRate;
}

/** Whether that UTC day (since the epoch) has a salt: made a day ahead, gone 48 hours after its end. */
export function saltIsWanted(day: number, now: number): boolean {
  const today = Math.floor(now / DAY_MS);
  return day >= today - 2 && day <= today + 1;
}
