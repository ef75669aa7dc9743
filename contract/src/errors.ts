/**
 * Every error code a client can meet, with the HTTP status that carries it.
 * One closed table: the server answers by it, the CLI exits by it, the dashboard words its messages by it.
 */
export const ERROR_STATUS = {
  invalid_request: 400,
  malformed_body: 400,
  unsupported_content_type: 400,
  invalid_url: 400,
  invalid_code: 400,
  reserved_code: 400,
  self_link: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  code_taken: 409,
  username_taken: 409,
  email_taken: 409,
  conflict: 409,
  idempotency_running: 409,
  expired: 410,
  quarantined: 410,
  precondition_failed: 412,
  body_too_large: 413,
  idempotency_mismatch: 422,
  rate_limited: 429,
  internal: 500,
  not_implemented: 501,
  unavailable: 503,
  query_timeout: 503,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** One field that was refused. `field` is a dotted path into the body, or a query or header name. */
export interface ErrorDetail {
  field: string;
  message: string;
}
