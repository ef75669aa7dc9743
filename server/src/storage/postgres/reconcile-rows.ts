import type { PoolClient } from 'pg';
import type { Difference } from '../../clicks/reconcile.ts';

const ROWS_AT_ONCE = 5000;
let cursors = 0;

/** The columns that a comparison of expected rows (`true AS e`) with found ones (`false AS e`) sums up. */
const COUNTS = ['clicks', 'visitors', 'human_clicks', 'human_visitors'] as const;
const sums = (side: 'e' | 'NOT e') =>
  COUNTS.map((count) => `coalesce(sum(${count}) FILTER (WHERE ${side}), 0)::int8`).join(', ');

/** What `comparison` selects after its keys. Shape: expected counts and whether there are any; found ones likewise. */
type Compared = [number, number, number, number, boolean, number, number, number, number, boolean];

/** The rows of a query some at a time. Within a transaction; the state they show is that of their first. */
export async function* rowsOf<R extends unknown[]>(
  client: PoolClient,
  sql: string,
  values: readonly unknown[],
): AsyncGenerator<R[]> {
  const cursor = `reconcile_${++cursors}`;
  await client.query(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${sql}`, [...values]);
  for (;;) {
    const { rows } = await client.query<R>({ text: `FETCH ${ROWS_AT_ONCE} FROM ${cursor}`, rowMode: 'array' });
    if (rows.length > 0) yield rows;
    if (rows.length < ROWS_AT_ONCE) break;
  }
  await client.query(`CLOSE ${cursor}`);
}

/**
 * SQL of the keys under which the counts of two sets of rows differ. `sides`: a query of `e`, the keys and the four counts.
 * No row and rows that come to nothing are the same.
 */
export function comparison(keys: readonly string[], sides: string): string {
  const key = keys.join(', ');
  const differs = COUNTS.map((count) => `sum(CASE WHEN e THEN ${count} ELSE -${count} END) <> 0`).join(' OR ');
  return `SELECT ${key}, ${sums('e')}, bool_or(e), ${sums('NOT e')}, bool_or(NOT e) FROM (${sides}) AS sides
    GROUP BY ${key} HAVING ${differs} ORDER BY ${key}`;
}

/** The difference that a row of `comparison` tells. */
export function differenceFrom(table: string, key: Difference['key'], compared: Compared): Difference {
  const [clicks, visitors, human, humanVisitors, isExpected, ...found] = compared;
  return {
    table,
    key,
    expected: isExpected ? named([clicks, visitors, human, humanVisitors]) : null,
    found: found[4] ? named(found.slice(0, 4) as number[]) : null,
  };
}

const named = (counts: readonly number[]): Difference['expected'] =>
  Object.fromEntries(COUNTS.map((count, n) => [count, counts[n] ?? 0]));
