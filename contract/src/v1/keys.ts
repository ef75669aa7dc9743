import { z } from '@hono/zod-openapi';
import { NULLABLE_TEXT, pageOf, pageParams, text, time, timeField } from './fields.ts';

export const SCOPES = ['read', 'write', 'admin'] as const;
const scope = z.enum(SCOPES).openapi({ description: 'Each scope includes those before it' });

const keyFields = {
  id: z.string(),
  name: z.string(),
  prefix: z.string().openapi({ description: 'How the secret begins' }),
  scope,
  createdAt: time,
  expiresAt: time.nullable(),
  lastUsedAt: time.nullable().openapi({ description: 'To the minute' }),
  revokedAt: time.nullable(),
};
const example = {
  id: '7',
  name: 'CI',
  prefix: 'wm_4fGh81',
  scope: 'write' as const,
  createdAt: '2026-03-01T09:00:00.000Z',
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
};

/** A key without its secret, which is shown once and never kept. */
export const apiKeySchema = z.object(keyFields).openapi('ApiKey', { example });
export type ApiKey = z.output<typeof apiKeySchema>;

export const createdApiKeySchema = z
  .object({
    ...keyFields,
    secret: z
      .string()
      .optional()
      .openapi({ description: 'Shown this once; left out when a creation is answered again' }),
  })
  .openapi('CreatedApiKey', { example: { ...example, secret: 'wm_4fGh81Qm0zT9cVb2Lk7XsYd3RpWn6JaE5uHi' } });
export type CreatedApiKey = z.output<typeof createdApiKeySchema>;

export const apiKeyCreateSchema = z
  .strictObject({
    name: text(100).refine((name) => name.trim() !== '', 'must not be blank'),
    scope,
    expiresAt: timeField.nullable().optional().openapi(NULLABLE_TEXT),
  })
  .openapi('ApiKeyCreate', { example: { name: 'CI', scope: 'write' } });
export type ApiKeyCreate = z.input<typeof apiKeyCreateSchema>;

export const apiKeyListQuerySchema = z.strictObject(pageParams);
export const apiKeyPageSchema = pageOf(apiKeySchema, 'ApiKeyPage');
