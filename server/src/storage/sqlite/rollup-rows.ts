import type { Database } from 'bun:sqlite';

/** Rows of one upsert statement: binding many rows at once is what makes rollups cheap. */
const ROWS_PER_STATEMENT = 64;

/** @NOTE bun:sqlite takes all parameters as one array as well, which its types leave out; spreading hundreds costs more than binding them. */
interface BoundByArray {
  run(values: readonly number[]): unknown;
}

/** Adds rows to a rollup table by its primary key of two or three columns. */
export class RollupWriter {
  private readonly many: BoundByArray;
  private readonly one: BoundByArray;

  constructor(sqlite: Database, table: 'rollup_15m' | 'rollup_hour' | 'rollup_day', keys: readonly string[]) {
    this.width = keys.length + 4;
    const sql = (rows: number) => {
      const row = `(${Array(this.width).fill('?').join(', ')})`;
      return `INSERT INTO ${table} (${keys.join(', ')}, clicks, visitors, human_clicks, human_visitors)
        VALUES ${Array(rows).fill(row).join(', ')}
        ON CONFLICT (${keys.join(', ')}) DO UPDATE SET clicks = clicks + excluded.clicks, visitors = visitors + excluded.visitors,
          human_clicks = human_clicks + excluded.human_clicks, human_visitors = human_visitors + excluded.human_visitors`;
    };
    this.many = sqlite.prepare(sql(ROWS_PER_STATEMENT)) as unknown as BoundByArray;
    this.one = sqlite.prepare(sql(1)) as unknown as BoundByArray;
  }

  private readonly width: number;

  /** `values` are whole rows one after the other, keys first, in the order of the primary key. */
  add(values: number[]): void {
    const step = this.width * ROWS_PER_STATEMENT;
    let at = 0;
    for (; at + step <= values.length; at += step) this.many.run(values.slice(at, at + step));
    for (; at < values.length; at += this.width) this.one.run(values.slice(at, at + this.width));
  }
}
