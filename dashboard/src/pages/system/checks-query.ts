import { queryOptions } from '@tanstack/react-query';

/** What /ready says of one role. Source: server/src/roles/api/operations/readiness.ts. */
export interface Ready {
  role: string;
  isReady: boolean;
  checks: Record<string, string>;
}

const CHECK_EVERY_MS = 5000;
const TIMEOUT_MS = 5000;

/**
 * Asks the open pages of the server: whether it lives, and whether each role is ready. They answer without the database.
 * Errors: those of fetch, where the server itself does not answer.
 */
export const checksQuery = (roles: readonly string[]) =>
  queryOptions({
    queryKey: ['system', 'checks', roles],
    queryFn: async ({ signal }): Promise<Ready[]> => {
      const asked = roles.length === 0 ? [''] : roles;
      return Promise.all(
        asked.map((role) => askReady(role, AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]))),
      );
    },
    refetchInterval: CHECK_EVERY_MS,
    retry: false,
  });

/** 503 is an answer too: it says what is missing. */
async function askReady(role: string, signal: AbortSignal): Promise<Ready> {
  const response = await fetch(role === '' ? '/ready' : `/ready?role=${encodeURIComponent(role)}`, { signal });
  const body = (await response.json()) as { status?: unknown; checks?: Record<string, string> };
  return { role, isReady: body.status === 'ready', checks: body.checks ?? {} };
}
