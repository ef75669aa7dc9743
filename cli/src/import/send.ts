import { ApiError, type WaymarkClient } from '@waymark/contract/client';
import type { LinkBulkResult } from '@waymark/contract/v1/link-bulk';
import type { Chunk } from './chunks.ts';

const ATTEMPTS = 5;
const BACK_OFF_MS = 500;

/**
 * Sends one chunk, again where the server was busy, away or is still at it: the key makes that safe.
 * Errors: as the client's calls, once patience is over.
 */
export async function sendChunk(
  client: WaymarkClient,
  { send }: Chunk,
  idempotencyKey: string,
  signal: AbortSignal,
): Promise<LinkBulkResult> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await client.links.bulk({ create: send.map(({ link }) => link) }, { idempotencyKey, signal });
    } catch (error) {
      if (signal.aborted || !(error instanceof ApiError) || !isPassing(error) || attempt === ATTEMPTS) throw error;
      await pause((error.retryAfterSeconds ?? 0) * 1000 || BACK_OFF_MS * 2 ** (attempt - 1), signal);
    }
  }
}

function isPassing({ code, status }: ApiError): boolean {
  return code === 'unreachable' || code === 'rate_limited' || code === 'idempotency_running' || status >= 502;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
