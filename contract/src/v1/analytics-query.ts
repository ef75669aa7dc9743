import { z } from '@hono/zod-openapi';
import { DIMENSIONS, type Dimension, QUALITIES } from '../dimensions.ts';
import { LIMITS } from '../limits.ts';
import { idField, integerParam, text, timeField } from './fields.ts';

export const COUNTED_QUALITIES = [...QUALITIES, 'all'] as const;
export const INTERVALS = ['hour', 'day', 'week', 'month'] as const;
/** Alternatives and conditions of one question. */
const FILTERS_MAX = 50;

const dimensions = Object.keys(DIMENSIONS) as [Dimension, ...Dimension[]];
const dimensionParam = z.enum(dimensions).openapi({ description: 'What clicks are counted by' });

/** `country:DE`; everything behind the first colon is the value. */
const filterText = text(LIMITS.capturedBytesMax + 32)
  .transform((pair, ctx) => {
    const colon = pair.indexOf(':');
    const dimension = dimensions.find((name) => name === pair.slice(0, colon));
    if (dimension !== undefined) return { dimension, value: pair.slice(colon + 1) };
    const message =
      colon === -1
        ? 'must be dimension:value, such as country:DE'
        : `names no dimension: it must be one of ${dimensions.join(', ')}`;
    ctx.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .openapi({ type: 'string', example: 'country:DE' });

const filter = z
  .array(filterText)
  .refine((filters) => filters.length <= FILTERS_MAX, `must be given at most ${FILTERS_MAX} times`)
  .default([])
  .openapi({
    description:
      'dimension:value, any number of times: values of one dimension are alternatives, different dimensions must all hold. An empty value is "not known"; a link is named by its id',
  });

const link = idField.optional().openapi({ description: 'Clicks of this link; absent: of all links' });
const period = {
  from: timeField.optional().openapi({ description: 'Inclusive. Default: 7 days before `to`' }),
  to: timeField.optional().openapi({ description: 'Exclusive, at most ten years after `from`. Default: now' }),
};
const quality = z
  .enum(COUNTED_QUALITIES)
  .default('human')
  .openapi({ description: 'Which clicks: those of people, of one other class, or `all`', default: 'human' });

/** Whether this runtime knows the zone by name. */
export function isTimeZoneName(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const tz = z
  .string()
  .refine(isTimeZoneName, 'must be an IANA time zone such as Europe/Berlin')
  .default('UTC')
  .openapi({ description: 'IANA time zone of days and hours', default: 'UTC', example: 'Europe/Berlin' });

const clicks = { link, ...period, quality, filter };

export const timeseriesQuerySchema = z.strictObject({
  ...clicks,
  interval: z
    .enum(INTERVALS)
    .default('day')
    .openapi({ description: 'Length of a bucket; weeks start on Monday', default: 'day' }),
  tz,
});
export const totalsQuerySchema = z.strictObject(clicks);
export const topQuerySchema = z.strictObject({
  ...clicks,
  dimension: dimensionParam,
  limit: integerParam(1, LIMITS.analyticsTopMax).default(10).openapi({ description: 'Values', default: 10 }),
});
export const weekHoursQuerySchema = z.strictObject({ link, ...period, quality, tz });
export const clickExportQuerySchema = z.strictObject({
  ...clicks,
  format: z.enum(['csv', 'json']).default('csv').openapi({ default: 'csv' }),
});

const ids = z
  .string()
  .transform((value, ctx) => {
    const parts = value.split(',');
    if (parts.length <= LIMITS.sparklineLinksMax && parts.every((id) => /^[1-9][0-9]{0,14}$/.test(id))) {
      return [...new Set(parts.map(Number))];
    }
    ctx.addIssue({ code: 'custom', message: `must be 1 to ${LIMITS.sparklineLinksMax} ids with commas between them` });
    return z.NEVER;
  })
  .openapi({ type: 'string', example: '4711,4712' });

export const sparklinesQuerySchema = z.strictObject({
  links: ids.openapi({ description: `At most ${LIMITS.sparklineLinksMax} ids with commas between them` }),
  ...period,
  points: integerParam(1, LIMITS.sparklinePointsMax)
    .default(24)
    .openapi({ description: 'Equal parts of the period', default: 24 }),
  quality: z.enum(['human', 'all']).default('human').openapi({ default: 'human' }),
});

/** What a client may ask for; times as Date or RFC 3339. */
export interface PeriodOptions {
  from?: string | Date;
  to?: string | Date;
}
export interface ClickRangeOptions extends PeriodOptions {
  link?: string;
  quality?: (typeof COUNTED_QUALITIES)[number];
  /** Such as `country:DE`. */
  filter?: readonly string[];
}
export interface TimeseriesOptions extends ClickRangeOptions {
  interval?: (typeof INTERVALS)[number];
  tz?: string;
}
export interface TopOptions extends ClickRangeOptions {
  dimension: Dimension;
  limit?: number;
}
export interface WeekHoursOptions extends PeriodOptions {
  link?: string;
  quality?: ClickRangeOptions['quality'];
  tz?: string;
}
export interface SparklinesOptions extends PeriodOptions {
  links: readonly string[];
  points?: number;
  quality?: 'human' | 'all';
}
