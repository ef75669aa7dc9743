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

/** What the clicks of one hour come to, if each is counted as ingest counts it. */
export class RecountedHour {
  /** Of all links together: by value, and by quarter hour. */
  readonly ofAll: ValueCounts = new Map();
  readonly slotsOfAll = new Map<number, Counts>();
  /** By link and value; emptied by `takeLinks`. */
  private links = new Map<number, ValueCounts>();

  add({ linkId, at, firstSeen, human, values }: RecountedClick): void {
    const { slot } = periodsOf(at);
    visitRollups({ linkId, human, firstSeen, values }, (link, valueId, ...counts) => {
      if (valueId === null) {
        if (link === ALL_LINKS) addCounts(this.slotsOfAll, slot, 1, ...counts);
        return;
      }
      if (link === ALL_LINKS) {
        addCounts(this.ofAll, valueId, 1, ...counts);
        return;
      }
      let ofLink = this.links.get(link);
      if (!ofLink) {
        ofLink = new Map();
        this.links.set(link, ofLink);
      }
      addCounts(ofLink, valueId, 1, ...counts);
    });
  }

  /** The links counted since it was last called, so that an hour of many clicks can be compared in portions of links. */
  takeLinks(): Map<number, ValueCounts> {
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
    const other = otherIds.get(Math.floor(valueId / VALUE_SPAN));
    if (other === undefined || valueId === other || found.has(valueId) || !found.has(other)) continue;
    wanted.delete(valueId);
    addCounts(wanted, other, ...counts);
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
