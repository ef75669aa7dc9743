import { ApiError } from '@waymark/contract/client';
import { Failure } from './failure.ts';

/** What the command exits with. docs/exit-codes.md has the same table. */
export const EXIT = {
  ok: { code: 0, means: 'done' },
  failed: { code: 1, means: 'it failed, or differences or bad rows were found' },
  usage: { code: 2, means: 'the command line was not understood' },
  notFound: { code: 3, means: 'there is no such link, key or event' },
  refused: { code: 4, means: 'the server refused: bad input, a code that is taken, no or too weak a key' },
  unavailable: { code: 5, means: 'no server answered, or it failed (5xx)' },
  config: { code: 78, means: 'the configuration has problems, all of them listed' },
  interrupted: { code: 130, means: 'ended by Ctrl-C' },
} as const;

export type ExitName = keyof typeof EXIT;

/** How an error ends the command. */
export function exitOf(error: unknown): ExitName {
  if (error instanceof Failure) return error.exit;
  if (error instanceof ApiError) {
    if (error.code === 'unreachable' || error.status >= 500) return 'unavailable';
    return error.status === 404 ? 'notFound' : 'refused';
  }
  return error instanceof Error && error.name === 'ConfigError' ? 'config' : 'failed';
}
