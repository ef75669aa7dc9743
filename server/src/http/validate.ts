import type { ErrorDetail } from '@waymark/contract';
import type { z } from 'zod';
import { AppError } from '../platform/app-error.ts';

/** Fields that one answer names; whoever sends a thousand wrong ones learns enough from these. */
const DETAILS_MAX = 20;
const FIELD_LENGTH_MAX = 200;

/** A body by its schema. Errors: `invalid_request` with every field that was refused, the first one in the message. */
export function validate<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.flatMap(toDetails).slice(0, DETAILS_MAX);
  const [first] = details;
  const message = first ? `${first.field}: ${first.message}` : 'The body is not valid';
  throw new AppError('invalid_request', message, { details });
}

function toDetails(issue: z.core.$ZodIssue): ErrorDetail[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: short([...path, key].join('.')),
      message: 'is not a field that can be set',
    }));
  }
  return [{ field: short(path.join('.')) || 'body', message: issue.message }];
}

function short(field: string): string {
  return field.slice(0, FIELD_LENGTH_MAX).toWellFormed();
}
