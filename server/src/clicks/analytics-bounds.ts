import { invalidField } from '../platform/app-error.ts';
import { ANALYTICS_LIMITS } from './analytics.ts';

/** Far from where dates end, so that margins and the period before stay dates. */
const TIME_MAX = 4e15;

/** Errors: `invalid_request` for times that are no whole numbers, in the wrong order or too far apart. */
export function checkRange({ from, to }: { from: number; to: number }): void {
  checkNumber('from', from, -TIME_MAX, TIME_MAX);
  checkNumber('to', to, -TIME_MAX, TIME_MAX);
  if (to <= from) throw invalidField('to', 'must be later than from');
  if (to - from > ANALYTICS_LIMITS.rangeMs) throw invalidField('to', 'must be at most 10 years after from');
}

/** Errors: `invalid_request` naming the field for what is no whole number within the bounds. */
export function checkNumber(field: string, value: number, min: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw invalidField(field, `must be a whole number from ${min} to ${max}`);
  }
}

/** Errors: `invalid_request` where sparklines are asked for more links or points than one answer has. */
export function checkSparklines(query: { linkIds: readonly number[]; from: number; to: number; points: number }): void {
  checkRange(query);
  checkNumber('points', query.points, 1, ANALYTICS_LIMITS.sparklinePointsMax);
  if (query.linkIds.length > ANALYTICS_LIMITS.sparklineLinksMax) {
    throw invalidField('linkIds', `has more than ${ANALYTICS_LIMITS.sparklineLinksMax} links`);
  }
}
