import { CountTable } from './count-table.ts';
import { ALL_LINKS, dayOfSlot, periodsOf, type RollupClick, type RollupVisit, visitRollups } from './rollup-rows.ts';

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

/** What one or several batches add to rollups, totals and counters, gathered before anything is written. */
export class BatchAdditions {
  /** By link and quarter hour (and 0). */
  readonly slots = new CountTable();
  /** By quarter hour, link and value; by day, link and value, what goes to the day tier as well. */
  readonly values = new CountTable();
  readonly days = new CountTable();
  readonly links = new Map<number, LinkTotals>();
  /** Rows by owner of the link. */
  readonly owners = new Map<number, number>();
  rows = 0;

  private slot = 0;
  private day = 0;
  private linkIsLate = false;
  private allAreLate = false;

  constructor(private readonly rules: AdditionRules) {}

  /** `kept`: the click gets a row of its own. */
  add(click: RollupClick, at: number, kept: boolean, ownerId: number | null): void {
    const { linkId } = click;
    const { slot, day } = periodsOf(at);
    if (kept) this.addRow(ownerId);
    const totals = this.links.get(linkId) ?? { clicks: 0, human: 0, rows: 0, lastAt: 0 };
    totals.clicks++;
    totals.human += click.human ? 1 : 0;
    totals.rows += kept ? 1 : 0;
    totals.lastAt = Math.max(totals.lastAt, at);
    this.links.set(linkId, totals);
    this.slot = slot;
    this.day = day;
    this.linkIsLate = this.rules.dayTierCovers(day, linkId);
    this.allAreLate = this.rules.dayTierCovers(day, ALL_LINKS);
    visitRollups(click, this.visit);
  }

  /** Values of a link (0: all) that were added on a UTC day. */
  valuesOf(day: number, linkId: number): number[] {
    return this.values.thirdsOf(linkId, (slot) => dayOfSlot(slot) === day);
  }

  private addRow(ownerId: number | null): void {
    this.rows++;
    if (ownerId !== null) this.owners.set(ownerId, (this.owners.get(ownerId) ?? 0) + 1);
  }

  private readonly visit: RollupVisit = (linkId, valueId, visitors, humanClicks, humanVisitors) => {
    if (valueId === null) {
      this.slots.add(linkId, this.slot, 0, 1, visitors, humanClicks, humanVisitors);
      return;
    }
    const value = this.rules.valueFor(this.day, linkId, valueId);
    this.values.add(this.slot, linkId, value, 1, visitors, humanClicks, humanVisitors);
    const isLate = linkId === ALL_LINKS ? this.allAreLate : this.linkIsLate;
    if (isLate) this.days.add(this.day, linkId, value, 1, visitors, humanClicks, humanVisitors);
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
