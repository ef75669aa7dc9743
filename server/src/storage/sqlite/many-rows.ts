import type { Database } from 'bun:sqlite';

/**
 * Rows of one statement, tried in turn. Many at once are cheap where they are neighbours; but such a statement keeps each page
 * that it changes as it was until it is over, and rows on pages of their own are cheaper one by one.
 */
const SIZES = { neighbours: [64, 8, 1], scattered: [1] } as const;

/** @NOTE bun:sqlite takes all parameters as one array as well, which its types leave out; spreading hundreds costs more than binding them. */
interface BoundByArray {
  run(values: readonly (number | null)[]): unknown;
}

/** Inserts rows by prepared statements. */
export class ManyRows {
  private readonly statements: readonly { values: number; statement: BoundByArray }[];

  /** `onConflict`: what follows the rows, empty for a plain insert. */
  constructor(
    sqlite: Database,
    table: string,
    columns: readonly string[],
    placed: keyof typeof SIZES,
    onConflict = '',
  ) {
    const row = `(${columns.map(() => '?').join(', ')})`;
    this.statements = SIZES[placed].map((rows) => ({
      values: rows * columns.length,
      statement: sqlite.prepare(
        `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${Array(rows).fill(row).join(', ')} ${onConflict}`,
      ) as unknown as BoundByArray,
    }));
  }

  /** `values` are whole rows one after the other, in the order of the key. */
  add(values: readonly (number | null)[]): void {
    let at = 0;
    for (const { values: step, statement } of this.statements) {
      for (; at + step <= values.length; at += step) statement.run(values.slice(at, at + step));
    }
  }
}

/** Rows of a rollup by its primary key: counts of a key that is there are added up. */
export function rollupRows(
  sqlite: Database,
  table: 'rollup_15m' | 'rollup_hour' | 'rollup_quarter' | 'rollup_day',
  keys: readonly string[],
  placed: keyof typeof SIZES,
): ManyRows {
  return new ManyRows(
    sqlite,
    table,
    [...keys, 'clicks', 'visitors', 'human_clicks', 'human_visitors'],
    placed,
    `ON CONFLICT (${keys.join(', ')}) DO UPDATE SET clicks = clicks + excluded.clicks, visitors = visitors + excluded.visitors,
       human_clicks = human_clicks + excluded.human_clicks, human_visitors = human_visitors + excluded.human_visitors`,
  );
}
