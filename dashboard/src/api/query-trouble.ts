import type { UseQueryResult } from '@tanstack/react-query';
import { ApiError } from '@waymark/contract/client';

/** What may pass by itself. */
const PASSING: readonly string[] = ['unreachable', 'unavailable', 'rate_limited'];

/** Whether a question is worth asking again. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiError && PASSING.includes(error.code);
}

/**
 * Why a question has no answer; null while there is hope. That the server cannot answer just now is told at once, although
 * it is asked again by itself: that may take a while.
 */
export function troubleOf({
  error,
  failureReason = null,
}: Pick<UseQueryResult, 'error'> & { failureReason?: Error | null }): Error | null {
  if (error !== null) return error;
  return failureReason instanceof ApiError && failureReason.code === 'unavailable' ? failureReason : null;
}
