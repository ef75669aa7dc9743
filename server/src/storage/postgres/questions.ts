import type { Pool } from 'pg';
import { AppError } from '../../platform/app-error.ts';
import { asAnswer } from './errors.ts';

/** One statement, prepared under its name at its first use on a connection. */
export interface Statement {
  name: string;
  text: string;
}

/** Asks one statement for its rows. Errors: `unavailable` when the answer is not there in time or the database is away. */
export type Ask = <Row extends object>(statement: Statement, values: readonly unknown[]) => Promise<Row[]>;

const READ_TIMEOUT = /read timeout/i;

/**
 * Statements of their own, outside of any transaction, each answered within `timeoutMs`: a network that swallows packets
 * is told from a server that thinks. The connection of a question that was given up is closed.
 */
export function createAsk(pool: Pool, timeoutMs: number): Ask {
  return async <Row extends object>({ name, text }: Statement, values: readonly unknown[]) => {
    try {
      // @NOTE pg reads query_timeout from the query too; its types leave that out.
      const query = { name, text, values: [...values], query_timeout: timeoutMs };
      return (await pool.query<Row>(query)).rows;
    } catch (error) {
      if (error instanceof Error && READ_TIMEOUT.test(error.message))
        throw new AppError('unavailable', 'The database does not answer', { retryAfterSeconds: 5, cause: error });
      throw asAnswer(error);
    }
  };
}
