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
