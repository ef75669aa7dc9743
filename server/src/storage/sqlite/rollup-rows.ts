import type { Database } from 'bun:sqlite';

/** Counts of one rollup row, in the order of its columns: clicks, visitors, human clicks, human visitors. */
export type Counts = [clicks: number, visitors: number, humanClicks: number, humanVisitors: number];

/** Rows of one upsert statement: binding many rows at once is what makes rollups cheap. */
const ROWS_PER_STATEMENT = 64;

/** @NOTE bun:sqlite takes all parameters as one array as well, which its types leave out; spreading hundreds costs more than binding them. */
interface BoundByArray {
  run(values: readonly number[]): unknown;
}

export function addCounts<K>(
  rows: Map<K, Counts>,
  key: K,
  clicks: number,
  visitors: number,
  human: number,
  humanVisitors: number,
): void {
  const counts = rows.get(key);
  if (counts === undefined) {
    rows.set(key, [clicks, visitors, human, humanVisitors]);
    return;
  }
  counts[0] += clicks;
  counts[1] += visitors;
  counts[2] += human;
  counts[3] += humanVisitors;
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

const ascending = (a: number, b: number) => a - b;
/** Keys in the order of the tables. */
export const sortedKeys = (map: Map<number, unknown>): number[] => [...map.keys()].sort(ascending);

/** Rows of two keys and counts, one after the other, in the order of the primary key: neighbours in the statement are neighbours in the tree. */
export function rowsOfTwo(outer: Map<number, Map<number, Counts>>): number[] {
  const values: number[] = [];
  for (const first of sortedKeys(outer)) addRows(values, null, first, outer.get(first));
  return values;
}

/** As `rowsOfTwo`, with three keys. */
export function rowsOfThree(outer: Map<number, Map<number, Map<number, Counts>>>): number[] {
  const values: number[] = [];
  for (const first of sortedKeys(outer)) {
    const middle = outer.get(first);
    if (middle) for (const second of sortedKeys(middle)) addRows(values, first, second, middle.get(second));
  }
  return values;
}

/** @NOTE Spreading into `push` would double the cost of a batch's rows. */
function addRows(values: number[], lead: number | null, key: number, inner: Map<number, Counts> | undefined): void {
  if (!inner) return;
  for (const last of sortedKeys(inner)) {
    const counts = inner.get(last);
    if (!counts) continue;
    if (lead !== null) values.push(lead);
    values.push(key, last, counts[0], counts[1], counts[2], counts[3]);
  }
}
