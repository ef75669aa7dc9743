import type { Pool } from 'pg';
import { isAway } from './errors.ts';
import { migrate } from './migrate.ts';

/** Between two tries to reach a database that is away: at first, and at most. */
const RETRY_MS = { first: 250, most: 5000 };

export interface AwaitSchemaOptions {
  /** Told of every try at a database that is away. */
  onAway?(error: unknown): void;
  /** Waits between two tries. */
  pause?(ms: number): Promise<void>;
  /** Whether nobody waits any more. */
  isClosed?(): boolean;
}

/**
 * Brings the schema forward, beside other servers that start, and waits for a database that is away as long as it takes.
 * Errors: rejects with what does not pass: a newer database, missing rights; and with the last failure once it is closed.
 */
export async function awaitSchema(
  pool: Pool,
  {
    onAway = () => {},
    pause = (ms) => new Promise((resume) => setTimeout(resume, ms)),
    isClosed = () => false,
  }: AwaitSchemaOptions = {},
): Promise<{ from: number; to: number }> {
  for (let wait = RETRY_MS.first; ; wait = Math.min(RETRY_MS.most, wait * 2)) {
    try {
      return await migrate(pool);
    } catch (error) {
      if (isClosed() || !isAway(error)) throw error;
      onAway(error);
      await pause(wait);
    }
  }
}
