import type { Database } from 'bun:sqlite';
import { LIMITS } from '@waymark/contract';
import { VALUE_SPAN } from '../../clicks/rollup-rows.ts';

/** Link-days whose number of clicks is kept in memory before it is counted anew. */
const DAYS_TRACKED_MAX = 65_536;

/** Kept in plain numbers for all links but the few with many clicks, as each collection of garbage visits every object. */
class LinkDays {
  /** Clicks by link. */
  readonly clicks = new Map<number, number>();
  /** By link its values by dimension; none while the link has had too few clicks for the limit to matter. */
  readonly values = new Map<number, Map<number, Set<number>>>();
}

/**
 * Holds each link, dimension and day to LIMITS.dimensionValuesPerDayMax values.
 * A link with fewer clicks that day can't have more values, so most links cost one look-up a day.
 */
export class ValueLimit {
  private readonly days = new Map<number, LinkDays>();
  private tracked = 0;
  private readonly clicksOf;
  private readonly valuesOf;

  /** `beforeLoad` writes what is gathered and not stored yet. */
  constructor(
    sqlite: Database,
    private readonly beforeLoad: () => void,
  ) {
    this.clicksOf = sqlite.prepare<{ n: number | null }, [number, number, number]>(
      'SELECT sum(clicks) AS n FROM rollup_15m WHERE link_id = ? AND slot BETWEEN ? AND ?',
    );
    this.valuesOf = sqlite.prepare<{ value_id: number }, [number, number, number]>(
      'SELECT DISTINCT value_id FROM rollup_hour WHERE hour BETWEEN ? AND ? AND link_id = ?',
    );
  }

  /**
   * Counts clicks of the link on that day, before `allows` is asked about them.
   * @NOTE Values are loaded from what is stored, so a whole batch must be counted before any of it is added.
   */
  count(day: number, linkId: number, clicks: number): void {
    let links = this.days.get(day);
    if (!links) {
      links = new LinkDays();
      this.days.set(day, links);
    }
    let known = links.clicks.get(linkId);
    if (known === undefined) {
      if (this.tracked >= DAYS_TRACKED_MAX) {
        this.startOver(day, linkId, clicks);
        return;
      }
      known = this.clicksOf.get(linkId, day * 96, day * 96 + 95)?.n ?? 0;
      this.tracked++;
    }
    links.clicks.set(linkId, known + clicks);
    if (known + clicks <= LIMITS.dimensionValuesPerDayMax || links.values.has(linkId)) return;
    links.values.set(linkId, this.load(day, linkId));
  }

  /** Whether the value still has a row of its own, which it takes by asking. */
  allows(day: number, linkId: number, valueId: number): boolean {
    const values = this.days.get(day)?.values.get(linkId);
    if (!values) return true;
    const dimension = Math.floor(valueId / VALUE_SPAN);
    let known = values.get(dimension);
    if (!known) {
      known = new Set();
      values.set(dimension, known);
    }
    if (known.has(valueId)) return true;
    if (known.size >= LIMITS.dimensionValuesPerDayMax) return false;
    known.add(valueId);
    return true;
  }

  forget(): void {
    this.days.clear();
    this.tracked = 0;
  }

  private startOver(day: number, linkId: number, clicks: number): void {
    this.forget();
    this.count(day, linkId, clicks);
  }

  private load(day: number, linkId: number): Map<number, Set<number>> {
    this.beforeLoad();
    const values = new Map<number, Set<number>>();
    for (const { value_id } of this.valuesOf.all(day * 24, day * 24 + 23, linkId)) {
      const dimension = Math.floor(value_id / VALUE_SPAN);
      const known = values.get(dimension) ?? new Set();
      known.add(value_id);
      values.set(dimension, known);
    }
    return values;
  }
}
