import { z } from 'zod';
import { LIMITS } from './limits.ts';

/** Bodies of the classic API. Unknown fields of a POST are dropped, of a PUT or PATCH refused. A blank text is no text. */

const isBlank = (text: string) => text.trim() === '';

function atMost(max: number) {
  return [(text: string) => text.length <= max || [...text].length <= max, `is over ${max} characters`] as const;
}

const wanted = (kind: string) => (issue: { input?: unknown }) =>
  issue.input === undefined ? 'is required' : `must be ${kind}`;

const requiredText = (max: number) =>
  z
    .string({ error: wanted('a string') })
    .refine((text) => !isBlank(text), 'must not be empty')
    .refine(...atMost(max));

/** null, absent and blank are all "none". */
const optionalText = (max: number) =>
  z
    .string({ error: wanted('a string') })
    .refine(...atMost(max))
    .nullish()
    .transform((text) => (text === null || text === undefined || isBlank(text) ? null : text));

/** Absent stays absent, null and blank are none. */
const patchedText = (max: number) =>
  z
    .string({ error: wanted('a string') })
    .refine(...atMost(max))
    .nullable()
    .transform((text) => (text === null || isBlank(text) ? null : text))
    .optional();

const id = z.int({ error: wanted('an integer') });
const optionalId = id.nullish().transform((value) => value ?? null);
const flag = z.boolean({ error: wanted('true or false') });

const username = requiredText(LIMITS.usernameLengthMax);
const email = requiredText(LIMITS.emailLengthMax).refine(
  (text) => isBlank(text) || /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text),
  'must be an e-mail address',
);

/** What a destination has to be is checked where the service's own hosts are known; here only that there is one. */
const destination = z.string({ error: wanted('a string') }).refine((text) => !isBlank(text), 'must not be empty');

/** Long enough for any way to write a time. */
const TIME_LENGTH_MAX = 64;

const isPlainObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

export const classicNewUser = z.object({ username, email });

export const classicUserPatch = z.strictObject({ username: username.optional(), email: email.optional() });

export const classicNewUrl = z.object({
  original_url: destination,
  user_id: optionalId,
  title: optionalText(LIMITS.titleLengthMax),
  short_code: optionalText(LIMITS.bodyBytesMax),
  expires_at: optionalText(TIME_LENGTH_MAX),
  is_active: flag.default(true),
});

export const classicUrlPatch = z.strictObject({
  original_url: destination.optional(),
  title: patchedText(LIMITS.titleLengthMax),
  is_active: flag.optional(),
  expires_at: patchedText(TIME_LENGTH_MAX),
});

export const classicNewEvent = z.object({
  event_type: requiredText(LIMITS.eventTypeLengthMax),
  url_id: id,
  user_id: optionalId,
  details: z.custom<Record<string, unknown>>(isPlainObject, 'must be an object').default({}),
});

export const classicBundledFile = z.object({
  file: z.string({ error: wanted('a string') }).refine((text) => !isBlank(text), 'must not be empty'),
  row_count: z
    .int({ error: wanted('an integer') })
    .min(1, 'must be 1 or more')
    .nullish()
    .transform((value) => value ?? null),
});

export type ClassicNewUser = z.infer<typeof classicNewUser>;
export type ClassicNewUrl = z.infer<typeof classicNewUrl>;
export type ClassicUrlPatch = z.infer<typeof classicUrlPatch>;
export type ClassicNewEvent = z.infer<typeof classicNewEvent>;
