import { z } from '@hono/zod-openapi';
import { LIMITS } from '../limits.ts';
import { type Link, type LinkBulkUpdate, type LinkCreate, linkSchema } from './links.ts';
import { errorDetailSchema } from './problem.ts';

/** What a client sends. */
export interface LinkBulk {
  create?: LinkCreate[];
  update?: LinkBulkUpdate[];
  /** Ids. */
  delete?: string[];
  /** Ids. */
  restore?: string[];
}

/** A list whose items are read one by one; `item` is what the document says of them. */
const listOf = (item: { $ref: string } | { type: 'string' }, description: string) =>
  z.array(z.unknown()).default([]).openapi({ type: 'array', items: item, description });

const operationsOf = (lists: Record<string, unknown[]>) =>
  Object.values(lists).reduce((sum, { length }) => sum + length, 0);

/** The lists as such: each operation is read on its own, so that a bad one does not stop the others. */
export const linkBulkSchema = z
  .strictObject({
    create: listOf({ $ref: '#/components/schemas/LinkCreate' }, 'Links to make'),
    update: listOf({ $ref: '#/components/schemas/LinkBulkUpdate' }, 'Links to change'),
    delete: listOf({ type: 'string' }, 'Ids'),
    restore: listOf({ type: 'string' }, 'Ids of deleted links, to be undone as `POST /v1/links/{id}/restore` does'),
  })
  .refine((bulk) => operationsOf(bulk) > 0, 'must hold an operation')
  .refine(
    (bulk) => operationsOf(bulk) <= LIMITS.bulkItemsMax,
    `must hold at most ${LIMITS.bulkItemsMax} operations together`,
  )
  .openapi('LinkBulk', {
    description: `At most ${LIMITS.bulkItemsMax} operations together: creations first, then updates, then deletions, then restorations`,
    example: { create: [{ url: 'https://example.com/a' }], update: [{ id: '4711', active: false }], delete: ['4712'] },
  });

export interface BulkError {
  code: string;
  message: string;
  errors?: { field: string; message: string }[];
}

/** What became of one operation. `index` counts within its own list. */
export type BulkOutcome =
  | { index: number; status: number; link: Link | null; error: null }
  | { index: number; status: number; link: null; error: BulkError };

export interface LinkBulkResult {
  succeeded: number;
  failed: number;
  create: BulkOutcome[];
  update: BulkOutcome[];
  delete: BulkOutcome[];
  restore: BulkOutcome[];
}

const outcomeSchema = z
  .object({
    index: z.number().int(),
    status: z.number().int().openapi({ description: 'What the operation alone would have answered' }),
    link: linkSchema.nullable().openapi({ description: 'null for a deletion and for an error' }),
    error: z
      .object({ code: z.string(), message: z.string(), errors: z.array(errorDetailSchema).optional() })
      .nullable(),
  })
  .openapi('BulkOutcome');

export const linkBulkResultSchema = z
  .object({
    succeeded: z.number().int(),
    failed: z.number().int(),
    create: z.array(outcomeSchema),
    update: z.array(outcomeSchema),
    delete: z.array(outcomeSchema),
    restore: z.array(outcomeSchema),
  })
  .openapi('LinkBulkResult', {
    example: {
      succeeded: 1,
      failed: 1,
      create: [],
      update: [{ index: 0, status: 404, link: null, error: { code: 'not_found', message: 'Link not found' } }],
      delete: [{ index: 0, status: 204, link: null, error: null }],
      restore: [],
    },
  });
