/** Counts of one rollup row, in the order of its columns: clicks, visitors, human clicks, human visitors. */
export type Counts = [clicks: number, visitors: number, humanClicks: number, humanVisitors: number];

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

const ascending = (a: number, b: number) => a - b;
/** Keys in the order of the tables. */
export const sortedKeys = (map: ReadonlyMap<number, unknown>): number[] => [...map.keys()].sort(ascending);

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
