import { z } from '@hono/zod-openapi';
import { clickExportQuerySchema } from './analytics-query.ts';
import { eventListQuerySchema } from './events.ts';
import { linkListQuerySchema } from './links.ts';

export { clickExportQuerySchema };

export const EXPORT_FORMATS = ['csv', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
const format = z.enum(EXPORT_FORMATS).default('csv').openapi({ default: 'csv' });

export const linkExportQuerySchema = z.strictObject({
  ...linkListQuerySchema.omit({ limit: true, cursor: true, sort: true }).shape,
  format,
});
export const eventExportQuerySchema = z.strictObject({
  ...eventListQuerySchema.omit({ limit: true, cursor: true }).shape,
  format,
});
