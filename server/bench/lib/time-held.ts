import type { Pool, PoolClient } from 'pg';

/**
 * Sums up how long transactions on this pool hold a lock: from the answer of the statement that has `statement` in it to the
 * answer of their COMMIT. Call before the pool has connections. Units: seconds.
 */
export function timeHeld(pool: Pool, statement: string): { seconds: number } {
  const held = { seconds: 0 };
  pool.on('connect', (client: PoolClient) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    let since = 0;
    const timed = (...args: unknown[]): unknown => {
      const [text] = args;
      const result = query(...args);
      if (typeof text !== 'string' || !(result instanceof Promise)) return result;
      if (text.includes(statement)) {
        return result.then((answer) => {
          since = performance.now();
          return answer;
        });
      }
      if (text !== 'COMMIT') return result;
      return result.then((answer) => {
        if (since > 0) held.seconds += (performance.now() - since) / 1000;
        since = 0;
        return answer;
      });
    };
    client.query = timed as PoolClient['query'];
  });
  return held;
}
