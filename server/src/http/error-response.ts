import { ERROR_STATUS, type ErrorCode, type ErrorDetail } from '@waymark/contract';
import { AppError } from '../platform/app-error.ts';

/** An error as a client may see it: anything that is not an AppError is `internal` and keeps its reason to itself. */
interface PublicError {
  code: ErrorCode;
  message: string;
  details: ErrorDetail[];
  retryAfterSeconds: number | null;
}

function publicError(error: unknown): PublicError {
  if (error instanceof AppError) return error;
  return { code: 'internal', message: 'Internal error', details: [], retryAfterSeconds: null };
}

function headersOf({ code, retryAfterSeconds }: PublicError, contentType: string): Headers {
  const headers = new Headers({ 'Content-Type': contentType, 'Cache-Control': 'no-store' });
  if (code === 'unauthorized') headers.set('WWW-Authenticate', 'Bearer'); // RFC 9110, 15.5.2: every 401 names a scheme.
  if (retryAfterSeconds !== null) headers.set('Retry-After', String(Math.ceil(retryAfterSeconds)));
  return headers;
}

/** The classic API's shape: `{error, code, status, details}`. */
export function classicError(error: unknown): Response {
  const shown = publicError(error);
  const status = ERROR_STATUS[shown.code];
  const body = { error: shown.message, code: shown.code, status, details: shown.details };
  return new Response(JSON.stringify(body), { status, headers: headersOf(shown, 'application/json') });
}

/** Problem details with a stable `code`. Source: RFC 9457. */
export function problem(error: unknown, requestId: string): Response {
  const shown = publicError(error);
  const status = ERROR_STATUS[shown.code];
  const body = {
    type: `urn:waymark:error:${shown.code}`,
    title: shown.message,
    status,
    code: shown.code,
    ...(shown.details.length > 0 && { errors: shown.details }),
    requestId,
  };
  return new Response(JSON.stringify(body), { status, headers: headersOf(shown, 'application/problem+json') });
}
