import { ERROR_STATUS, type ErrorCode, type ErrorDetail } from './errors.ts';
import type { Problem } from './v1/problem.ts';

/** A code of the server, or `unreachable`: no answer came, or none that could be read. */
export type ApiErrorCode = ErrorCode | 'unreachable';

interface Told {
  code: ApiErrorCode;
  status: number;
  requestId: string | null;
  errors: ErrorDetail[];
  retryAfterSeconds: number | null;
}

/** A call that failed. `switch (error.code)` narrows it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  /** 0 where no answer came. */
  readonly status: number;
  /** What to quote to whoever runs the server. */
  readonly requestId: string | null;
  /** Refused fields. */
  readonly errors: ErrorDetail[];
  readonly retryAfterSeconds: number | null;

  constructor(message: string, told: Told, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = told.code;
    this.status = told.status;
    this.requestId = told.requestId;
    this.errors = told.errors;
    this.retryAfterSeconds = told.retryAfterSeconds;
  }

  /** An answer that says no. One without a known code gets the nearest by its status. */
  static from(response: Response, problem: Partial<Problem>): ApiError {
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
    return new ApiError(problem.title ?? `${response.status} ${response.statusText}`.trim(), {
      code: problem.code !== undefined && problem.code in ERROR_STATUS ? problem.code : codeOf(response.status),
      status: response.status,
      requestId: problem.requestId ?? response.headers.get('x-request-id'),
      errors: problem.errors ?? [],
      retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
    });
  }
}

/** No answer: the network, a timeout, or a body that is no JSON. */
export function unreachable(cause: unknown): ApiError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const told = { code: 'unreachable' as const, status: 0, requestId: null, errors: [], retryAfterSeconds: null };
  return new ApiError(`No answer from the server: ${reason}`, told, cause);
}

function codeOf(status: number): ErrorCode {
  const known = Object.entries(ERROR_STATUS).find(([, of]) => of === status);
  return (known?.[0] ?? (status >= 500 ? 'unavailable' : 'invalid_request')) as ErrorCode;
}
