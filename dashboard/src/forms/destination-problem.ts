import { LIMITS } from '@waymark/contract';
import { t } from '../i18n/index.ts';

/**
 * The server's sentences about a destination, each with its key in the catalogue.
 * Source: server/src/links/destination.ts.
 */
export const DESTINATION_PROBLEMS = {
  'must be an absolute http or https URL with a host': 'absolute',
  'has blanks or control characters': 'blanks',
  'has a backslash': 'backslash',
  'must not carry a user name or password': 'credentials',
  'leads to this service itself': 'self',
  [`is over ${LIMITS.urlLengthMax} characters`]: 'long',
} as const satisfies Record<string, 'absolute' | 'blanks' | 'backslash' | 'credentials' | 'self' | 'long'>;

/** A refusal of a destination in the reader's language; the server's own words for one that is not known here. */
export function destinationProblem(message: string): string {
  const key = DESTINATION_PROBLEMS[message as keyof typeof DESTINATION_PROBLEMS];
  return key === undefined ? message : t(`link.form.url.problems.${key}`);
}
