import { z } from '@hono/zod-openapi';
import { LIMITS } from '../limits.ts';

/** Length in code points, as every limit counts it. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function isWithin(text: string, lengthMax: number): boolean {
  return text.length <= lengthMax || (text.length <= 2 * lengthMax && codePoints(text) <= lengthMax);
}

/** Text that every database can keep: no U+0000, no half of a surrogate pair, at most `lengthMax` code points. */
export function text(lengthMax: number) {
  return z
    .string()
    .refine((value) => isWithin(value, lengthMax), `must be at most ${lengthMax} characters`)
    .refine((value) => !value.includes('\0') && value.isWellFormed(), 'must not hold U+0000 or a lone surrogate')
    .openapi({ maxLength: lengthMax });
}

/** An id in a body or a query: digits as text, so that no client rounds it. */
export const idField = z
  .string()
  .regex(/^[1-9][0-9]{0,14}$/, 'must be an id: digits, as an answer gave them')
  .transform(Number)
  .openapi({ type: 'string', pattern: '^[1-9][0-9]{0,14}$', example: '4711' });

const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const TIME_MAX = Date.UTC(10_000, 0, 1) - 1;

/** Epoch ms of an RFC 3339 time with its offset, from 1970 to 9999; null for any other text. */
export function parseTime(value: string): number | null {
  const match = RFC_3339.exec(value);
  if (!match) return null;
  const [, year, month, day] = match.map(Number);
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day ?? 0));
  if (date.getUTCMonth() + 1 !== month || date.getUTCDate() !== day) return null;
  const at = Date.parse(value.toUpperCase());
  return at >= 0 && at <= TIME_MAX ? at : null;
}

/** A time in a request; read as epoch ms. */
export const timeField = z
  .string()
  .transform((value, ctx) => {
    const at = parseTime(value);
    if (at !== null) return at;
    ctx.addIssue({ code: 'custom', message: 'must be an RFC 3339 time with an offset, such as 2026-01-31T12:00:00Z' });
    return z.NEVER;
  })
  .openapi({ type: 'string', format: 'date-time', example: '2030-01-31T12:00:00Z' });

/** What a nullable field that is read into something else looks like in the document. */
export const NULLABLE_TEXT: { type: ['string', 'null'] } = { type: ['string', 'null'] };

/** A time in an answer: RFC 3339 in UTC, to the millisecond. */
export const time = z.string().openapi({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' });

/** `true` or `false` in a query. */
export const flagParam = z
  .enum(['true', 'false'])
  .transform((value) => value === 'true')
  .openapi({ type: 'boolean' });

/** A whole number in a query, within bounds. */
export function integerParam(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^[0-9]{1,9}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message)
    .openapi({ type: 'integer', minimum: min, maximum: max });
}

/** What every list takes. */
export const pageParams = {
  limit: integerParam(1, LIMITS.pageSizeMax)
    .default(LIMITS.pageSizeDefault)
    .openapi({ description: 'Rows on a page', default: LIMITS.pageSizeDefault }),
  cursor: z.string().optional().openapi({ description: '`nextCursor` of the page before; opaque' }),
};

/** One page of a list. `nextCursor` is null on the last one. */
export function pageOf<T extends z.ZodType>(row: T, name: string) {
  return z
    .object({
      data: z.array(row),
      nextCursor: z
        .string()
        .nullable()
        .openapi({ description: 'Send it as `cursor` for the next page', example: null }),
    })
    .openapi(name);
}

export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}
