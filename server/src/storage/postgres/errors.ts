import { AppError } from '../../platform/app-error.ts';

/** What runs well when the whole transaction is run again: serialization failure and deadlock. */
const REPEATABLE = new Set(['40001', '40P01']);
const QUERY_CANCELED = '57014';
const LOCK_NOT_AVAILABLE = '55P03';
/** U+0000, which no text of PostgreSQL can hold. */
const NO_SUCH_CHARACTER = '22021';
/** An identity column has given out its last id: an import has brought the highest that there is. */
const SEQUENCE_AT_ITS_END = '2200H';
/**
 * Classes of SQLSTATE that pass: connection exception, insufficient resources (a full disk), operator intervention
 * (a shutdown), system error; and a standby that took the place of its primary.
 */
const PASSING = /^(08|53|57P|58|25006|25P03|55P03)/;
/** Errors of sockets and of the pool, which have no SQLSTATE. */
const NETWORK = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_|ERR_SOCKET|ENOENT)/;
const POOL =
  /timeout exceeded when trying to connect|Connection terminated|not queryable|connection timeout|Client was closed|ended by the other|Cannot use a pool after/i;

const codeOf = (error: unknown): string => {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : '';
};

/** Whether running the whole transaction again may succeed: nothing of it was kept. */
export function isRepeatable(error: unknown): boolean {
  return REPEATABLE.has(codeOf(error));
}

/** Whether the database is away, or full, or being restarted: what passes by itself. */
export function isAway(error: unknown): boolean {
  const code = codeOf(error);
  if (PASSING.test(code) || NETWORK.test(code)) return true;
  return error instanceof Error && code === '' && POOL.test(error.message);
}

/** What a caller is told: `unavailable`, `query_timeout`, `invalid_request` by what happened; anything else as it is. */
export function asAnswer(error: unknown): Error {
  if (error instanceof AppError) return error;
  if (isAway(error) || isRepeatable(error) || codeOf(error) === LOCK_NOT_AVAILABLE)
    return new AppError('unavailable', 'The database is not available just now', {
      retryAfterSeconds: 5,
      cause: error,
    });
  if (codeOf(error) === QUERY_CANCELED)
    return new AppError('query_timeout', 'The question takes too long: ask for a shorter range or fewer filters', {
      retryAfterSeconds: 10,
      cause: error,
    });
  if (codeOf(error) === NO_SUCH_CHARACTER)
    return new AppError('invalid_request', 'A text has a character that cannot be stored', { cause: error });
  if (codeOf(error) === SEQUENCE_AT_ITS_END)
    return new AppError('conflict', 'The highest id is taken, so nothing can be added', { cause: error });
  return error instanceof Error ? error : new Error(String(error));
}
