import { z } from '@hono/zod-openapi';
import { COUNTED_QUALITIES } from './analytics-query.ts';
import { time } from './fields.ts';

const span = z.object({ from: time, to: time });
const count = z.number().int();

/** How an answer was come by; part of each. */
const notes = {
  asOf: time.openapi({ description: 'Clicks up to this time are in the answer' }),
  source: z
    .enum(['rollup', 'events'])
    .openapi({ description: 'Counts that are kept for ever, or the rows of the clicks themselves' }),
  quality: z.enum(COUNTED_QUALITIES),
  period: span.openapi({ description: 'What was asked for' }),
  covered: span.openapi({
    description: 'What was counted: wider where only whole units are known, narrower where old rows are gone',
  }),
  grain: z.enum(['exact', '15m', 'hour']).openapi({ description: 'Unit by which clicks on the borders were placed' }),
  sampled: z.boolean().openapi({ description: 'Whether only a share of the rows that were read is kept' }),
};

const counts = {
  clicks: count,
  visitors: count.openapi({ description: 'Unique visitors by UTC day; a longer period shows the sum of its days' }),
};

const noteExample = {
  asOf: '2026-03-20T08:15:31.000Z',
  source: 'rollup' as const,
  quality: 'human' as const,
  period: { from: '2026-03-18T00:00:00.000Z', to: '2026-03-20T00:00:00.000Z' },
  covered: { from: '2026-03-18T00:00:00.000Z', to: '2026-03-20T00:00:00.000Z' },
  grain: 'exact' as const,
  sampled: false,
};

export const timeseriesSchema = z
  .object({
    data: z.array(z.object({ start: time, ...counts })).openapi({ description: 'In order, empty ones too' }),
    interval: z.string(),
    tz: z.string(),
    ...notes,
  })
  .openapi('Timeseries', {
    example: {
      data: [
        { start: '2026-03-18T00:00:00.000Z', clicks: 12, visitors: 9 },
        { start: '2026-03-19T00:00:00.000Z', clicks: 0, visitors: 0 },
      ],
      interval: 'day',
      tz: 'UTC',
      ...noteExample,
    },
  });
export type Timeseries = z.output<typeof timeseriesSchema>;

export const totalsSchema = z
  .object({
    data: z.object({
      ...counts,
      previous: z.object(counts).openapi({ description: 'The period of the same length before' }),
    }),
    ...notes,
  })
  .openapi('Totals', {
    example: { data: { clicks: 12, visitors: 9, previous: { clicks: 8, visitors: 8 } }, ...noteExample },
  });
export type Totals = z.output<typeof totalsSchema>;

export const topSchema = z
  .object({
    data: z
      .array(
        z.object({
          value: z.string().openapi({ description: "'' where it is not known; of `link` the id" }),
          ...counts,
          code: z.string().optional().openapi({ description: 'Of the dimension `link` alone' }),
          shortUrl: z.string().optional(),
          title: z.string().nullable().optional(),
        }),
      )
      .openapi({ description: 'Most clicks first. Deleted links are left out' }),
    dimension: z.string(),
    ...notes,
  })
  .openapi('Top', {
    example: {
      data: [
        { value: 'DE', clicks: 7, visitors: 6 },
        { value: '', clicks: 5, visitors: 3 },
      ],
      dimension: 'country',
      ...noteExample,
    },
  });
export type Top = z.output<typeof topSchema>;

export const weekHoursSchema = z
  .object({
    data: z
      .array(z.array(count))
      .openapi({ description: 'Clicks by local weekday (Monday first) and hour: 7 rows of 24' }),
    tz: z.string(),
    ...notes,
  })
  .openapi('WeekHours', {
    example: { data: Array.from({ length: 7 }, () => new Array<number>(24).fill(1)), tz: 'UTC', ...noteExample },
  });
export type WeekHours = z.output<typeof weekHoursSchema>;

export const sparklinesSchema = z
  .object({
    data: z
      .array(z.object({ link: z.string(), points: z.array(count) }))
      .openapi({ description: 'In the order asked for. Unknown and deleted links are left out' }),
    asOf: notes.asOf,
    quality: z.enum(['human', 'all']),
    period: span,
  })
  .openapi('Sparklines', {
    example: {
      data: [{ link: '4711', points: [0, 3, 9, 1] }],
      asOf: noteExample.asOf,
      quality: 'human',
      period: noteExample.period,
    },
  });
export type Sparklines = z.output<typeof sparklinesSchema>;
