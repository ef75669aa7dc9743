import { ApiError } from '@waymark/contract/client';
import { t } from '../i18n/index.ts';

/** An error in words: what happened or what to do, and what to quote to whoever runs the server. */
export interface ErrorText {
  text: string;
  requestId: string | null;
}

/** Words for a failed call. The server's own sentence is shown for refusals of input: it names what is wrong. */
export function errorText(error: unknown): ErrorText {
  if (!(error instanceof ApiError))
    return { text: error instanceof Error ? error.message : String(error), requestId: null };
  return { text: words(error), requestId: error.requestId };
}

function words(error: ApiError): string {
  switch (error.code) {
    case 'unreachable':
    case 'unauthorized':
    case 'forbidden':
    case 'not_found':
    case 'precondition_failed':
    case 'unavailable':
    case 'query_timeout':
    case 'internal':
      return t(`errors.byCode.${error.code}`);
    case 'rate_limited':
      return t('errors.byCode.rate_limited', { count: error.retryAfterSeconds ?? 1 });
    default:
      return error.errors.length > 0
        ? error.errors.map(({ field, message }) => `${field}: ${message}`).join('; ')
        : error.message;
  }
}

/** What the server says of one field, for showing beside it; null where it has nothing against it. */
export function fieldError(error: unknown, field: string): string | null {
  if (!(error instanceof ApiError)) return null;
  return error.errors.find((detail) => detail.field === field)?.message ?? null;
}
