import type { Database } from 'bun:sqlite';
import type { Difference } from '../../clicks/reconcile.ts';

/**
 * Expected counts e1 to e4 and found ones f1 to f4 of a key, from rows that have one half each, and the condition that they
 * differ. @NOTE Grouping, as SQLite finds the partners of a FULL JOIN by looking at all of them for each row.
 */
export const DIFFERING_COUNTS = 'max(e1), max(e2), max(e3), max(e4), max(f1), max(f2), max(f3), max(f4)';
export const HAVING_DIFFERENCE =
  'HAVING (max(e1), max(e2), max(e3), max(e4)) IS NOT (max(f1), max(f2), max(f3), max(f4))';

/** Four counts of a row of DIFFERING_COUNTS, those from `at` on; null where there is no such row. */
export function countsFrom(counts: readonly (number | null)[], at: number): Difference['expected'] {
  const [clicks, visitors, human_clicks, human_visitors] = counts.slice(at, at + 4);
  if (clicks == null) return null;
  return { clicks, visitors: visitors ?? 0, human_clicks: human_clicks ?? 0, human_visitors: human_visitors ?? 0 };
}

/** Writes what recounting gave: the row as expected, or no row. */
export function writeRow(sqlite: Database, { table, key, expected }: Difference): void {
  const keys = Object.keys(key);
  if (expected === null) {
    sqlite
      .query<null, (string | number | null)[]>(
        `DELETE FROM ${table} WHERE ${keys.map((name) => `${name} = ?`).join(' AND ')}`,
      )
      .run(...Object.values(key));
    return;
  }
  const numbers = Object.keys(expected);
  const columns = [...keys, ...numbers];
  sqlite
    .query<null, (string | number | null)[]>(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
       ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${numbers.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    )
    .run(...Object.values(key), ...Object.values(expected));
}
