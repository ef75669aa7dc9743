import { DIMENSIONS } from '@waymark/contract';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../platform/clock.ts';

/** Rollups count all links together under this id. */
export const ALL_LINKS = 0;

/** The dimension's number leads each of its value ids, so that ids of one dimension are one range. */
export const VALUE_SPAN = 2 ** 32;

/** Value id of a link in the dimension `link`. */
export function linkValueId(linkId: number): number {
  return DIMENSIONS.link * VALUE_SPAN + linkId;
}

/** The periods a time falls into: quarter hour, hour and UTC day, each counted since the epoch. */
export function periodsOf(at: number): { slot: number; hour: number; day: number } {
  return { slot: Math.floor(at / (15 * MINUTE_MS)), hour: Math.floor(at / HOUR_MS), day: Math.floor(at / DAY_MS) };
}

/** The UTC day of a quarter hour. */
export const dayOfSlot = (slot: number): number => Math.floor((slot * 15 * MINUTE_MS) / DAY_MS);

/** Whether SQLite keeps a value of all links by quarter hours: a link has those of its own. */
export function hasQuarters(valueId: number): boolean {
  return valueId < DIMENSIONS.link * VALUE_SPAN || valueId >= (DIMENSIONS.link + 1) * VALUE_SPAN;
}

/** What `clicks.first_seen` is made of: the first click of its visitor that UTC day, on the link or anywhere, human ones apart. */
export const FIRST_ON_LINK = 1;
export const FIRST_HUMAN_ON_LINK = 2;
export const FIRST_ANYWHERE = 4;
export const FIRST_HUMAN_ANYWHERE = 8;

/** What one recorded click adds to rollups. `values`: its dimension values' ids, 0 for none, any order. */
export interface RollupClick {
  linkId: number;
  human: boolean;
  /** FIRST_ bits. */
  firstSeen: number;
  values: ArrayLike<number>;
}

/** Takes one rollup row's share of a click. `valueId` null: the total (quarter hours); every visit counts one click. */
export type RollupVisit = (
  linkId: number,
  valueId: number | null,
  visitors: number,
  humanClicks: number,
  humanVisitors: number,
) => void;

const isNonHumanOnly = (valueId: number): boolean => {
  const dimension = Math.floor(valueId / VALUE_SPAN);
  return dimension === DIMENSIONS.quality || dimension === DIMENSIONS.reason;
};

/**
 * Visits each rollup row that a click counts in: the totals and every value, for its link and for all links;
 * the link itself as a value for all links only, with the visitors of the link. `quality` and `reason` have rows for clicks that are not human only.
 */
export function visitRollups(click: RollupClick, visit: RollupVisit): void {
  const human = click.human ? 1 : 0;
  const seen = click.firstSeen;
  const onLink = seen & FIRST_ON_LINK ? 1 : 0;
  const onLinkHuman = seen & FIRST_HUMAN_ON_LINK ? 1 : 0;
  const anywhere = seen & FIRST_ANYWHERE ? 1 : 0;
  const anywhereHuman = seen & FIRST_HUMAN_ANYWHERE ? 1 : 0;
  visit(click.linkId, null, onLink, human, onLinkHuman);
  visit(ALL_LINKS, null, anywhere, human, anywhereHuman);
  visit(ALL_LINKS, linkValueId(click.linkId), onLink, human, onLinkHuman);
  for (let i = 0; i < click.values.length; i++) {
    const valueId = click.values[i] ?? 0;
    if (valueId === 0 || (click.human && isNonHumanOnly(valueId))) continue;
    visit(click.linkId, valueId, onLink, human, onLinkHuman);
    visit(ALL_LINKS, valueId, anywhere, human, anywhereHuman);
  }
}
