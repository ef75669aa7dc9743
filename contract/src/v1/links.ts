import { z } from '@hono/zod-openapi';
import { LIMITS } from '../limits.ts';
import { flagParam, idField, NULLABLE_TEXT, pageOf, pageParams, text, time, timeField } from './fields.ts';

const REDIRECT_STATUSES = [301, 302, 307, 308] as const;
const redirectStatus = z.literal([...REDIRECT_STATUSES]).openapi({ type: 'integer', enum: [...REDIRECT_STATUSES] });
const url = text(LIMITS.urlLengthMax * 2).openapi({
  description: 'Absolute http or https URL with a host, without credentials, not of this service itself',
  maxLength: LIMITS.urlLengthMax,
  example: 'https://example.com/spring?utm_source=mail',
});
const title = text(LIMITS.titleLengthMax).nullable().openapi({ example: 'Spring sale' });

/** A link as v1 shows it. */
export const linkSchema = z
  .object({
    id: z.string(),
    code: z.string(),
    domain: z.string().openapi({ description: 'Host that the short URL is on' }),
    shortUrl: z.string(),
    url: z.string(),
    title: z.string().nullable(),
    active: z.boolean(),
    expiresAt: time.nullable().openapi({ description: 'From then on the link answers 410' }),
    redirectStatus,
    ownerId: z.string().nullable(),
    quarantineReason: z.string().nullable().openapi({ description: 'Why the link answers 410 although it is active' }),
    clicks: z.number().int().openapi({ description: 'Every recorded click' }),
    humanClicks: z.number().int().openapi({ description: 'Clicks that were classed as human' }),
    lastClickAt: time.nullable(),
    version: z
      .number()
      .int()
      .openapi({ description: 'Rises with each change; `If-Match: "<version>"` guards against losing one' }),
    createdAt: time,
    updatedAt: time,
    deletedAt: time.nullable(),
  })
  .openapi('Link', {
    example: {
      id: '4711',
      code: 'spring',
      domain: 'go.example.com',
      shortUrl: 'https://go.example.com/spring',
      url: 'https://example.com/spring?utm_source=mail',
      title: 'Spring sale',
      active: true,
      expiresAt: null,
      redirectStatus: 302,
      ownerId: null,
      quarantineReason: null,
      clicks: 1203,
      humanClicks: 1017,
      lastClickAt: '2026-03-20T08:15:30.120Z',
      version: 3,
      createdAt: '2026-03-01T09:00:00.000Z',
      updatedAt: '2026-03-02T10:30:00.000Z',
      deletedAt: null,
    },
  });
export type Link = z.output<typeof linkSchema>;

export const linkCreateSchema = z
  .strictObject({
    url,
    code: z
      .string()
      .nullable()
      .optional()
      .openapi({
        description: `${LIMITS.codeLengthMin} to ${LIMITS.codeLengthMax} of A-Z a-z 0-9 _ -, not digits alone; absent draws a random one`,
        example: 'spring',
      }),
    title: title.optional(),
    active: z.boolean().default(true),
    expiresAt: timeField.nullable().optional().openapi(NULLABLE_TEXT),
    redirectStatus: redirectStatus.default(302).openapi({ default: 302 }),
    ownerId: idField
      .nullable()
      .optional()
      .openapi({ ...NULLABLE_TEXT, description: 'User of the classic API who owns the link' }),
  })
  .openapi('LinkCreate', {
    example: { url: 'https://example.com/spring?utm_source=mail', code: 'spring', title: 'Spring sale' },
  });
export type LinkCreate = z.input<typeof linkCreateSchema>;

const patchFields = {
  url: url.optional(),
  title: title.optional(),
  active: z.boolean().optional(),
  expiresAt: timeField.nullable().optional().openapi(NULLABLE_TEXT),
  redirectStatus: redirectStatus.optional(),
};
const isSomething = (patch: object) => Object.keys(patch).length > 0;

export const linkPatchSchema = z
  .strictObject(patchFields)
  .refine(isSomething, 'must change at least one field')
  .openapi('LinkPatch', { example: { title: 'Summer sale', expiresAt: '2030-09-01T00:00:00Z' } });
export type LinkPatch = z.input<typeof linkPatchSchema>;

/** One update of a bulk. */
export const linkBulkUpdateSchema = z
  .strictObject({ id: idField, version: z.number().int().min(1).optional(), ...patchFields })
  .refine((update) => Object.keys(update).some((key) => key in patchFields), 'must change at least one field')
  .openapi('LinkBulkUpdate', { example: { id: '4711', version: 3, active: false } });
export type LinkBulkUpdate = z.input<typeof linkBulkUpdateSchema>;

export const LINK_SORTS = [
  'createdAt',
  '-createdAt',
  'updatedAt',
  '-updatedAt',
  'clicks',
  '-clicks',
  'code',
  '-code',
  'id',
  '-id',
] as const;
export type LinkSort = (typeof LINK_SORTS)[number];

export const linkListQuerySchema = z.strictObject({
  ...pageParams,
  q: text(200).optional().openapi({ description: 'Part of the code, the URL or the title; ASCII case is ignored' }),
  sort: z.enum(LINK_SORTS).default('-createdAt').openapi({ description: '`-` for descending' }),
  active: flagParam.optional(),
  expired: flagParam.optional(),
  deleted: flagParam.optional().openapi({ description: '`true` lists what can be restored, and nothing else' }),
  id: idField.optional().openapi({ description: 'This link alone; with `deleted=true`, whether it can be restored' }),
  code: text(LIMITS.codeLengthMax).optional().openapi({ description: 'This code exactly' }),
  ownerId: idField.optional(),
});

export const linkPageSchema = pageOf(linkSchema, 'LinkPage');

export const availabilityQuerySchema = z.strictObject({
  code: text(LIMITS.urlLengthMax).openapi({ example: 'spring' }),
});
export const availabilitySchema = z
  .object({
    code: z.string(),
    available: z.boolean(),
    reason: z.enum(['invalid_code', 'reserved_code', 'code_taken']).nullable(),
  })
  .openapi('Availability', { example: { code: 'spring', available: false, reason: 'code_taken' } });
export type Availability = z.output<typeof availabilitySchema>;

export const destinationCheckRequestSchema = z
  .strictObject({ url })
  .openapi('DestinationCheckRequest', { example: { url: 'https://example.com/spring' } });
export const destinationCheckSchema = z
  .object({
    ok: z.boolean(),
    url: z.string().nullable().openapi({ description: 'As it would be stored; null where it is refused' }),
    displayHost: z.string().nullable().openapi({ description: 'The host in ASCII, so that look-alike letters show' }),
    problem: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .openapi('DestinationCheck', {
    example: { ok: true, url: 'https://example.com/spring', displayHost: 'example.com', problem: null },
  });
export type DestinationCheck = z.output<typeof destinationCheckSchema>;
