import type { Database } from 'bun:sqlite';
import type { Difference } from '../../clicks/reconcile.ts';

/** Writes what recounting gave: the row as expected, or no row. */
export function writeRow(sqlite: Database, { table, key, expected }: Difference): void {
  const keys = Object.keys(key);
  if (expected === null) {
    sqlite
      .query<null, (string | number)[]>(`DELETE FROM ${table} WHERE ${keys.map((name) => `${name} = ?`).join(' AND ')}`)
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
