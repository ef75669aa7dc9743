import { z } from '@hono/zod-openapi';
import { ERROR_STATUS, type ErrorCode, type ErrorDetail } from '../errors.ts';

/** Every error of v1. Source: RFC 9457. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  /** What was refused, field by field. */
  errors?: ErrorDetail[];
  requestId: string;
}

const CODES = Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]];

export const errorDetailSchema = z
  .object({
    field: z.string().openapi({ description: 'Dotted path into the body, or the name of a parameter or header' }),
    message: z.string(),
  })
  .openapi('ErrorDetail', { example: { field: 'url', message: 'is required' } });

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(CODES).openapi('ErrorCode'),
    errors: z.array(errorDetailSchema).optional(),
    requestId: z.string(),
  })
  .openapi('Problem', {
    example: {
      type: 'urn:waymark:error:invalid_request',
      title: 'url: is required',
      status: 400,
      code: 'invalid_request',
      errors: [{ field: 'url', message: 'is required' }],
      requestId: '3f0c2a77-1',
    },
  });
