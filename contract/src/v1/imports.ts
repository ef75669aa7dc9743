import { z } from '@hono/zod-openapi';
import { pageOf, pageParams, text, time } from './fields.ts';

export const IMPORT_STATES = ['uploading', 'preview', 'running', 'done', 'undoing', 'undone', 'failed'] as const;
const OUTCOMES = ['created', 'skipped', 'error', 'undone'] as const;
const FIELDS = ['url', 'code', 'title', 'active', 'expiresAt', 'redirectStatus'] as const;

const count = z.number().int();
const column = text(120);
const mappingFields = Object.fromEntries(FIELDS.map((field) => [field, column.nullable().optional()])) as Record<
  (typeof FIELDS)[number],
  z.ZodOptional<z.ZodNullable<typeof column>>
>;

const mapping = z.object(mappingFields).openapi({ description: 'The column of the file that each field is read from' });

export const importJobSchema = z
  .object({
    id: z.string(),
    state: z.enum(IMPORT_STATES).openapi({
      description: '`preview` waits to be started; `running` and `undoing` go on by themselves, after a restart too',
    }),
    fileName: z.string().nullable(),
    columns: z.array(z.string()),
    mapping,
    rowCount: count.openapi({ description: 'Data rows of the file' }),
    sampleRows: z.array(z.object({ row: count, values: z.record(z.string(), z.string()) })),
    problems: z
      .array(z.object({ row: count, message: z.string() }))
      .openapi({ description: 'Rows that cannot become links as the columns are mapped: the first hundred' }),
    problemCount: count,
    progress: z.object({
      processed: count,
      created: count,
      skipped: count.openapi({ description: 'Their code is taken' }),
      failed: count,
      undone: count,
    }),
    failure: z.string().nullable(),
    createdAt: time,
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
  })
  .openapi('ImportJob', {
    example: {
      id: '3',
      state: 'preview',
      fileName: 'links.csv',
      columns: ['Long URL', 'Alias', 'Notes'],
      mapping: { url: 'Long URL', code: 'Alias' },
      rowCount: 2,
      sampleRows: [{ row: 1, values: { 'Long URL': 'https://example.com/a', Alias: 'spring', Notes: '' } }],
      problems: [{ row: 2, message: 'url: must be an absolute http or https URL with a host' }],
      problemCount: 1,
      progress: { processed: 0, created: 0, skipped: 0, failed: 0, undone: 0 },
      failure: null,
      createdAt: '2026-03-20T08:15:30.120Z',
      startedAt: null,
      finishedAt: null,
    },
  });
export type ImportJob = z.output<typeof importJobSchema>;

export const importUploadQuerySchema = z.strictObject({
  fileName: text(255).optional().openapi({ description: 'What the file is called in lists' }),
});

export const importPatchSchema = z
  .strictObject({
    mapping: z
      .strictObject(mappingFields)
      .refine((fields) => Object.keys(fields).length > 0, 'must name at least one field')
      .openapi({ description: 'Fields left out stay as they are; null reads a field from no column' }),
  })
  .openapi('ImportPatch', { example: { mapping: { title: 'Notes', code: null } } });
export type ImportPatch = z.input<typeof importPatchSchema>;

export const importListQuerySchema = z.strictObject(pageParams);
export const importPageSchema = pageOf(importJobSchema, 'ImportJobPage');

export const importRowSchema = z
  .object({
    row: count.openapi({ description: 'From 1, the header left out' }),
    outcome: z.enum(OUTCOMES),
    linkId: z.string().nullable(),
    reason: z.string().nullable().openapi({ description: 'Why it was not created, or what undoing met' }),
  })
  .openapi('ImportRow', { example: { row: 2, outcome: 'skipped', linkId: null, reason: 'The code is taken' } });
export type ImportRow = z.output<typeof importRowSchema>;

export const importRowsQuerySchema = z.strictObject({
  ...pageParams,
  outcome: z.enum(OUTCOMES).optional(),
});
export const importRowPageSchema = pageOf(importRowSchema, 'ImportRowPage');
