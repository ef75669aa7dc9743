import { z } from '@hono/zod-openapi';
import { LIMITS } from '../limits.ts';
import { idField, pageOf, pageParams, text, time } from './fields.ts';

/** A row of the activity log. */
export const eventSchema = z
  .object({
    id: z.string(),
    linkId: z.string(),
    userId: z.string().nullable().openapi({ description: 'The owner of the link, or who posted the event' }),
    type: z
      .string()
      .openapi({ description: '`created`, `updated`, `deleted`, `restored`, `click`, or what a client posted' }),
    at: time,
    details: z.record(z.string(), z.unknown()),
  })
  .openapi('Event', {
    example: {
      id: '90210',
      linkId: '4711',
      userId: null,
      type: 'click',
      at: '2026-03-20T08:15:30.120Z',
      details: { short_code: 'spring', original_url: 'https://example.com/spring' },
    },
  });
export type Event = z.output<typeof eventSchema>;

export const eventListQuerySchema = z.strictObject({
  ...pageParams,
  link: idField.optional().openapi({ description: 'Events of this link' }),
  user: idField.optional(),
  type: text(LIMITS.eventTypeLengthMax).optional().openapi({ example: 'click' }),
});

export const eventPageSchema = pageOf(eventSchema, 'EventPage');
