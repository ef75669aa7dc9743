import type { z } from '@hono/zod-openapi';
import type { ErrorDetail } from '@waymark/contract';
import { AppError } from '../../../platform/app-error.ts';

/** Refused fields that one answer names; what a client sends decides how many there could be. */
const DETAILS_MAX = 100;
const FIELD_LENGTH_MAX = 200;

const KINDS: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

/** Zod's own words only where there are no better ones. */
const PARSE_OPTIONS = {
  error: (issue: z.core.$ZodRawIssue): string | undefined => {
    switch (issue.code) {
      case 'invalid_type':
        return issue.input === undefined ? 'is required' : `must be ${KINDS[issue.expected] ?? issue.expected}`;
      case 'invalid_value':
        return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')}`;
      case 'unrecognized_keys':
        return 'is not a known field';
      case 'too_small':
        return `must be at least ${issue.minimum}`;
      case 'too_big':
        return `must be at most ${issue.maximum}`;
      default:
        return undefined;
    }
  },
};

/**
 * Reads what a client sent. `whole` names it where no single field is to blame.
 * Errors: `invalid_request` with every refused field.
 */
export function parse<S extends z.ZodType>(schema: S, input: unknown, whole: string): z.output<S> {
  const result = schema.safeParse(input, PARSE_OPTIONS);
  if (result.success) return result.data;
  throw refusal(result.error.issues.flatMap((issue) => detailsOf(issue, whole)));
}

/** `invalid_request` for refused fields; its title is the first of them. */
export function refusal(details: ErrorDetail[]): AppError {
  const [first] = details;
  return new AppError('invalid_request', first ? `${first.field}: ${first.message}` : 'The request is not valid', {
    details: details.slice(0, DETAILS_MAX),
  });
}

function detailsOf(issue: z.core.$ZodIssue, whole: string): ErrorDetail[] {
  const { message } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, DETAILS_MAX).map((key) => ({ field: fieldOf([...issue.path, key], whole), message }));
  }
  return [{ field: fieldOf(issue.path, whole), message }];
}

function fieldOf(path: PropertyKey[], whole: string): string {
  return (path.join('.') || whole).slice(0, FIELD_LENGTH_MAX).toWellFormed();
}
