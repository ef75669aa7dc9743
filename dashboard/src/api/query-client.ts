import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from '@waymark/contract/client';
import { isPassing } from './query-trouble.ts';

const RETRIES_MAX = 3;

/** Holds what was asked of the server. `onSignedOut` is told when an answer says that the session is over. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof ApiError && error.code === 'unauthorized') onSignedOut();
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        gcTime: 10 * 60_000,
        refetchOnWindowFocus: true,
        // The server's own word says whether it can be reached, not the browser's guess.
        networkMode: 'always',
        retry: (failures, error) => failures < RETRIES_MAX && isPassing(error),
        retryDelay: (failures, error) =>
          error instanceof ApiError && error.retryAfterSeconds !== null
            ? error.retryAfterSeconds * 1000
            : Math.min(500 * 2 ** failures, 5000),
      },
      mutations: { networkMode: 'always' },
    },
  });
}
