import { z } from '@hono/zod-openapi';
import { pageOf, pageParams, text, time } from './fields.ts';
import { SCOPES } from './keys.ts';

const scope = z.enum(SCOPES).openapi({ description: 'Each scope includes those before it' });

/** Who a request comes from: somebody who has signed in, or the holder of a key. */
export const sessionSchema = z
  .object({
    id: z.string().nullable().openapi({ description: 'null for a key' }),
    kind: z.enum(['session', 'key']),
    name: z.string(),
    scope,
    createdAt: time.nullable(),
    expiresAt: time.nullable().openapi({ description: 'null for a key without an end' }),
  })
  .openapi('Session', {
    example: {
      id: '12',
      kind: 'session',
      name: 'me',
      scope: 'admin',
      createdAt: '2026-03-01T09:00:00.000Z',
      expiresAt: '2026-03-31T09:00:00.000Z',
    },
  });
export type Session = z.output<typeof sessionSchema>;

/** What signs in: an API key, or the token of a sign-in link. */
export const signInSchema = z
  .strictObject({
    apiKey: text(500).optional(),
    token: text(500).optional().openapi({ description: 'What follows the `#` of a sign-in link' }),
  })
  .superRefine(({ apiKey, token }, ctx) => {
    if (apiKey === undefined && token === undefined)
      ctx.addIssue({ code: 'custom', path: ['apiKey'], message: 'is required, or else a token' });
    if (apiKey !== undefined && token !== undefined)
      ctx.addIssue({ code: 'custom', path: ['token'], message: 'must not come with an apiKey' });
  })
  .openapi('SignIn', { example: { apiKey: 'wm_4fGh81Qm0zT9cVb2Lk7XsYd3RpWn6JaE5uHi' } });
export type SignIn = { apiKey: string } | { token: string };

/** Somebody who has signed in, as a list shows it. */
export const sessionRowSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    scope,
    createdAt: time,
    lastUsedAt: time.nullable().openapi({ description: 'To the minute' }),
    expiresAt: time,
    userAgent: z.string().nullable().openapi({ description: 'What the browser called itself' }),
    current: z.boolean().openapi({ description: 'Whether it is the one that asks' }),
  })
  .openapi('SessionRow', {
    example: {
      id: '12',
      name: 'me',
      scope: 'admin',
      createdAt: '2026-03-01T09:00:00.000Z',
      lastUsedAt: '2026-03-01T09:12:00.000Z',
      expiresAt: '2026-03-31T09:00:00.000Z',
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      current: true,
    },
  });
export type SessionRow = z.output<typeof sessionRowSchema>;

export const sessionListQuerySchema = z.strictObject(pageParams);
export const sessionPageSchema = pageOf(sessionRowSchema, 'SessionPage');

export const signInLinkCreateSchema = z
  .strictObject({
    name: text(100)
      .refine((name) => name.trim() !== '', 'must not be blank')
      .default('sign-in link')
      .openapi({ description: 'What the session is called', default: 'sign-in link' }),
    scope: scope.default('admin').openapi({ default: 'admin' }),
  })
  .openapi('SignInLinkCreate', { example: { name: 'me', scope: 'admin' } });
export type SignInLinkCreate = z.input<typeof signInLinkCreateSchema>;

export const signInLinkSchema = z
  .object({
    url: z.string().openapi({ description: 'To be opened once, within 15 minutes' }),
    expiresAt: time,
  })
  .openapi('SignInLink', {
    example: {
      url: 'https://go.example.com/app/sign-in#wl_4fGh81Qm0zT9cVb2Lk7XsYd3RpWn6JaE5uHi',
      expiresAt: '2026-03-01T09:15:00.000Z',
    },
  });
export type SignInLink = z.output<typeof signInLinkSchema>;
