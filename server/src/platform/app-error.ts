import type { ErrorCode, ErrorDetail } from '@waymark/contract';

/** The one error that is meant for a client. Anything else thrown is answered as `internal`. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly details: ErrorDetail[];
  /** Seconds after which a retry makes sense; sent as `Retry-After`. */
  readonly retryAfterSeconds: number | null;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: ErrorDetail[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }
}

/** A refused field: 400 with the field's name in `details`. */
export function invalidField(field: string, message: string, code: ErrorCode = 'invalid_request'): AppError {
  return new AppError(code, `${field}: ${message}`, { details: [{ field, message }] });
}
