import type { Difference } from './reconcile.ts';
import { addCounts, type Counts } from './rollup-counts.ts';
import { ALL_LINKS, periodsOf, VALUE_SPAN, visitRollups } from './rollup-rows.ts';

/** A row of clicks, as far as rollups count it. `values`: ids of its dimension values, its quality's among them. */
export interface RecountedClick {
  linkId: number;
  at: number;
  firstSeen: number;
  human: boolean;
  values: ArrayLike<number>;
}

/** Counts by value. */
export type ValueCounts = Map<number, Counts>;

/** Counts by value and quarter of the hour: see `quarterKey`. */
export type QuarterCounts = Map<number, Counts>;

/** `quarter`: 0 to 3. */
export function quarterKey(valueId: number, quarter: number): number {
  return valueId * 4 + quarter;
}

/** Counts of the hour, its quarters added up. */
export function wholeHour(quarters: ReadonlyMap<number, Counts>): ValueCounts {
  const hour: ValueCounts = new Map();
  for (const [key, counts] of quarters) addCounts(hour, Math.floor(key / 4), ...counts);
  return hour;
}

/** What the clicks of one hour come to, if each is counted as ingest counts it. */
export class RecountedHour {
  /** Of all links together: by value and quarter, and by quarter hour. */
  readonly ofAll: QuarterCounts = new Map();
  readonly slotsOfAll = new Map<number, Counts>();
  /** By link; emptied by `takeLinks`. */
  private links = new Map<number, QuarterCounts>();

  add({ linkId, at, firstSeen, human, values }: RecountedClick): void {
    const { slot } = periodsOf(at);
    visitRollups({ linkId, human, firstSeen, values }, (link, valueId, ...counts) => {
      if (valueId === null) {
        if (link === ALL_LINKS) addCounts(this.slotsOfAll, slot, 1, ...counts);
        return;
      }
      if (link === ALL_LINKS) {
        addCounts(this.ofAll, quarterKey(valueId, slot & 3), 1, ...counts);
        return;
      }
      let ofLink = this.links.get(link);
      if (!ofLink) {
        ofLink = new Map();
        this.links.set(link, ofLink);
      }
      addCounts(ofLink, quarterKey(valueId, slot & 3), 1, ...counts);
    });
  }

  /** The links counted since it was last called, so that an hour of many clicks can be compared in portions of links. */
  takeLinks(): Map<number, QuarterCounts> {
    const taken = this.links;
    this.links = new Map();
    return taken;
  }
}

/**
 * Differences of one link's values in one hour. Values beyond a day's limit were counted as OTHER_VALUE (`otherIds`, by
 * dimension): where that has a row, values without one belong there. Changes `wanted`.
 */
export function hourDifferences(
  hour: number,
  linkId: number,
  wanted: ValueCounts,
  found: ValueCounts,
  otherIds: ReadonlyMap<number, number>,
): Difference[] {
  for (const [valueId, counts] of [...wanted]) {
    const counted = countedAs(valueId, found, otherIds);
    if (counted === valueId) continue;
    wanted.delete(valueId);
    addCounts(wanted, counted, ...counts);
  }
  return [...new Set([...wanted.keys(), ...found.keys()])].flatMap((valueId) =>
    countDifferences(
      'rollup_hour',
      { hour, link_id: linkId, value_id: valueId },
      wanted.get(valueId),
      found.get(valueId),
    ),
  );
}

/** The value that stands for this one among those `found` in an hour. */
function countedAs(
  valueId: number,
  found: ReadonlyMap<number, unknown>,
  otherIds: ReadonlyMap<number, number>,
): number {
  const other = otherIds.get(Math.floor(valueId / VALUE_SPAN));
  return other === undefined || found.has(valueId) || !found.has(other) ? valueId : other;
}

/**
 * Differences of one link's values in the quarters of one hour. `ofHour`: what the hour as a whole has; `isCompared`: which
 * values have rows by quarter; `rowOf`: where a value's quarter is.
 */
export function quarterDifferences(
  wanted: ReadonlyMap<number, Counts>,
  found: ReadonlyMap<number, Counts>,
  ofHour: ReadonlyMap<number, Counts>,
  otherIds: ReadonlyMap<number, number>,
  isCompared: (valueId: number) => boolean,
  rowOf: (valueId: number, quarter: number) => Pick<Difference, 'table' | 'key'>,
): Difference[] {
  const expected: QuarterCounts = new Map();
  for (const [key, counts] of wanted) {
    const valueId = countedAs(Math.floor(key / 4), ofHour, otherIds);
    addCounts(expected, quarterKey(valueId, key % 4), ...counts);
  }
  return [...new Set([...expected.keys(), ...found.keys()])].flatMap((both) => {
    const valueId = Math.floor(both / 4);
    if (!isCompared(valueId)) return [];
    const { table, key } = rowOf(valueId, both % 4);
    return countDifferences(table, key, expected.get(both), found.get(both));
  });
}

/** Differences of the quarter hours of all links together. */
export function slotDifferences(wanted: ReadonlyMap<number, Counts>, found: ReadonlyMap<number, Counts>): Difference[] {
  return [...new Set([...wanted.keys(), ...found.keys()])].flatMap((slot) =>
    countDifferences('rollup_15m', { link_id: ALL_LINKS, slot }, wanted.get(slot), found.get(slot)),
  );
}

/** Where clicks of purged links are in the numbers of all links together but have no rows, only too small numbers are wrong. */
export function tooSmall(differences: readonly Difference[]): Difference[] {
  return differences.filter(({ expected, found }) => (found?.clicks ?? 0) < (expected?.clicks ?? 0));
}

/** The difference of one row's counts: none, or one. No row and a row of zeros are the same. */
function countDifferences(
  table: string,
  key: Difference['key'],
  expected: Counts | undefined,
  found: Counts | undefined,
): Difference[] {
  if ([0, 1, 2, 3].every((n) => (expected?.[n] ?? 0) === (found?.[n] ?? 0))) return [];
  return [{ table, key, expected: named(expected), found: named(found) }];
}

function named(counts: Counts | undefined): Difference['expected'] {
  if (!counts) return null;
  const [clicks, visitors, human_clicks, human_visitors] = counts;
  return { clicks, visitors, human_clicks, human_visitors };
}
