import { addCounts, type Counts } from './rollup-counts.ts';
import { ALL_LINKS, periodsOf, type RollupClick, type RollupVisit, visitRollups } from './rollup-rows.ts';

/** What a link gains by a batch. `rows`: clicks that get a row of their own; `lastAt`: epoch ms. */
export interface LinkTotals {
  clicks: number;
  human: number;
  rows: number;
  lastAt: number;
}

export interface AdditionRules {
  /** The value's id, or that of `(other)` where the day has no room for it. */
  valueFor(day: number, linkId: number, valueId: number): number;
  /** Whether a click of that UTC day and link goes to the day tier as well. */
  dayTierCovers(day: number, linkId: number): boolean;
}

type ByLink = Map<number, Map<number, Counts>>;

/** What one or several batches add to rollups, totals and counters, gathered before anything is written. */
export class BatchAdditions {
  /** By link and quarter hour. */
  readonly slots: ByLink = new Map();
  /** By hour, link and value; by day likewise. */
  readonly hours = new Map<number, ByLink>();
  readonly days = new Map<number, ByLink>();
  readonly links = new Map<number, LinkTotals>();
  /** Rows by owner of the link. */
  readonly owners = new Map<number, number>();
  rows = 0;

  private slot = 0;
  private day = 0;
  private ofLink: Map<number, Counts> = new Map();
  private ofAll: Map<number, Counts> = new Map();
  private lateOfLink: Map<number, Counts> | null = null;
  private lateOfAll: Map<number, Counts> | null = null;

  constructor(private readonly rules: AdditionRules) {}

  /** `kept`: the click gets a row of its own. */
  add(click: RollupClick, at: number, kept: boolean, ownerId: number | null): void {
    const { linkId } = click;
    const { slot, hour, day } = periodsOf(at);
    if (kept) this.addRow(ownerId);
    const totals = this.links.get(linkId) ?? { clicks: 0, human: 0, rows: 0, lastAt: 0 };
    totals.clicks++;
    totals.human += click.human ? 1 : 0;
    totals.rows += kept ? 1 : 0;
    totals.lastAt = Math.max(totals.lastAt, at);
    this.links.set(linkId, totals);
    this.slot = slot;
    this.day = day;
    const ofHour = child(this.hours, hour);
    this.ofLink = child(ofHour, linkId);
    this.ofAll = child(ofHour, ALL_LINKS);
    this.lateOfLink = this.late(linkId);
    this.lateOfAll = this.late(ALL_LINKS);
    visitRollups(click, this.visit);
  }

  private addRow(ownerId: number | null): void {
    this.rows++;
    if (ownerId !== null) this.owners.set(ownerId, (this.owners.get(ownerId) ?? 0) + 1);
  }

  private late(linkId: number): Map<number, Counts> | null {
    return this.rules.dayTierCovers(this.day, linkId) ? child(child(this.days, this.day), linkId) : null;
  }

  private readonly visit: RollupVisit = (linkId, valueId, visitors, humanClicks, humanVisitors) => {
    if (valueId === null) {
      addCounts(child(this.slots, linkId), this.slot, 1, visitors, humanClicks, humanVisitors);
      return;
    }
    const value = this.rules.valueFor(this.day, linkId, valueId);
    addCounts(linkId === ALL_LINKS ? this.ofAll : this.ofLink, value, 1, visitors, humanClicks, humanVisitors);
    const late = linkId === ALL_LINKS ? this.lateOfAll : this.lateOfLink;
    if (late) addCounts(late, value, 1, visitors, humanClicks, humanVisitors);
  };
}

export function child<K, L, V>(map: Map<K, Map<L, V>>, key: K): Map<L, V> {
  let inner = map.get(key);
  if (!inner) {
    inner = new Map();
    map.set(key, inner);
  }
  return inner;
}
