import { z } from '@hono/zod-openapi';
import { type Event, eventSchema } from './events.ts';
import { idField, time } from './fields.ts';

/** Clicks in one message, messages in a second, and clicks that wait for a slow client. */
export const LIVE_LIMITS = {
  eventsPerMessage: 200,
  messagesPerSecond: 4,
  waitingEvents: 1000,
  /** For the key, where the request brought none. Units: seconds. */
  keySeconds: 5,
  heartbeatSeconds: 25,
} as const;

/** Why a socket was closed. Source: RFC 6455, 7.4.2 (4000 and up are an application's own). */
export const LIVE_CLOSE = { badMessage: 4400, unauthorized: 4401, tooSlow: 4408, goingAway: 1001 } as const;

export const liveQuerySchema = z.strictObject({
  link: idField.optional().openapi({ description: 'Clicks of this link alone' }),
  resume: z
    .string()
    .regex(/^[0-9]{1,15}$/, 'must be an event id')
    .transform(Number)
    .optional()
    .openapi({ type: 'string', description: '`lastEventId` of the last message that came' }),
});

/** What a client may say: its key (first, where no header had it), and what it wants to follow. */
export const liveRequestSchema = z.union([
  z.strictObject({ key: z.string().min(1).max(500) }),
  z.strictObject({
    resume: z
      .string()
      .regex(/^[0-9]{1,15}$/)
      .transform(Number)
      .optional(),
    link: idField.nullable().optional(),
  }),
]);
export type LiveRequest = { key: string } | { resume?: string; link?: string | null };

export type LiveMessage =
  /** The key is good, and clicks after this event follow. */
  | { type: 'ready'; lastEventId: string }
  /** `skipped` clicks before these were left out. */
  | { type: 'clicks'; events: Event[]; skipped: number; lastEventId: string }
  | { type: 'heartbeat'; at: string; asOf: string }
  | { type: 'error'; code: string; message: string };

/** The messages of the server, for the reference. */
export const liveMessageSchema = z
  .union([
    z.object({ type: z.literal('ready'), lastEventId: z.string() }),
    z.object({
      type: z.literal('clicks'),
      events: z.array(eventSchema),
      skipped: z.number().int(),
      lastEventId: z.string(),
    }),
    z.object({ type: z.literal('heartbeat'), at: time, asOf: time }),
    z.object({ type: z.literal('error'), code: z.string(), message: z.string() }),
  ])
  .openapi('LiveMessage', { example: { type: 'ready', lastEventId: '90210' } });
