import type { Database } from 'bun:sqlite';
import { DIMENSIONS, LIMITS } from '@waymark/contract';
import { VALUE_SPAN } from '../../clicks/rollup-rows.ts';

/** Link-days whose number of clicks is kept in memory, in two generations. */
const DAYS_TRACKED_MAX = 65_536;
/** First value id that is a client's: links as values are ours and have no limit. */
const FIRST_VALUE = (DIMENSIONS.link + 1) * VALUE_SPAN;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** Values of a link's day by dimension. */
type Values = Map<number, Set<number>>;

/** Kept in plain numbers for all links but the few with many clicks, as each collection of garbage visits every object. */
class LinkDays {
  /** Clicks by link. */
  readonly clicks = new Map<number, number>();
  /** By link; none while it has had too few clicks for the limit to matter. */
  readonly values = new Map<number, Values>();
}

/**
 * Holds each link, dimension and day to LIMITS.dimensionValuesPerDayMax values.
 * A link with fewer clicks that day can't have more values, so most links cost one look-up a day.
 */
export class ValueLimit {
  private young = new Map<number, LinkDays>();
  private old = new Map<number, LinkDays>();
  private youngSize = 0;
  private readonly clicksOf;
  private readonly valuesOf;

  /** `gathered`: values of a link and day that are counted and not stored yet. */
  constructor(
    sqlite: Database,
    private readonly gathered: (day: number, linkId: number) => readonly number[],
  ) {
    this.clicksOf = sqlite.prepare<{ n: number | null }, [number, number, number]>(
      'SELECT sum(clicks) AS n FROM rollup_15m WHERE link_id = ? AND slot BETWEEN ? AND ?',
    );
    // Hour by hour: a range of hours would be read with all links that are in it.
    this.valuesOf = sqlite.prepare<{ value_id: number }, number[]>(
      `SELECT DISTINCT value_id FROM rollup_hour
       WHERE hour IN (${HOURS.map(() => '?').join(', ')}) AND link_id = ? AND value_id >= ${FIRST_VALUE}`,
    );
  }

  /**
   * Counts clicks of the link on that day, before `allows` is asked about them.
   * @NOTE Values are loaded from what is stored and gathered, so a whole batch must be counted before any of it is added.
   */
  count(day: number, linkId: number, clicks: number): void {
    const links = this.tracked(day, linkId);
    const known = links.clicks.get(linkId) ?? 0;
    links.clicks.set(linkId, known + clicks);
    if (known + clicks <= LIMITS.dimensionValuesPerDayMax || links.values.has(linkId)) return;
    links.values.set(linkId, this.load(day, linkId));
  }

  /** Whether the value still has a row of its own, which it takes by asking. */
  allows(day: number, linkId: number, valueId: number): boolean {
    const values = this.young.get(day)?.values.get(linkId);
    if (!values) return true;
    const known = setOf(values, valueId);
    if (known.has(valueId)) return true;
    if (known.size >= LIMITS.dimensionValuesPerDayMax) return false;
    known.add(valueId);
    return true;
  }

  /** Call before the clicks of a batch are counted: what was not met for long is forgotten. */
  makeRoom(): void {
    if (this.youngSize < DAYS_TRACKED_MAX / 2) return;
    this.old = this.young;
    this.young = new Map();
    this.youngSize = 0;
  }

  forget(): void {
    this.young = new Map();
    this.old = new Map();
    this.youngSize = 0;
  }

  /** The day's links, this one among them. */
  private tracked(day: number, linkId: number): LinkDays {
    let links = this.young.get(day);
    if (links?.clicks.has(linkId)) return links;
    const before = this.old.get(day);
    const clicks = before?.clicks.get(linkId) ?? this.clicksOf.get(linkId, day * 96, day * 96 + 95)?.n ?? 0;
    const values = before?.values.get(linkId);
    if (!links) {
      links = new LinkDays();
      this.young.set(day, links);
    }
    links.clicks.set(linkId, clicks);
    if (values) links.values.set(linkId, values);
    this.youngSize++;
    return links;
  }

  private load(day: number, linkId: number): Values {
    const values: Values = new Map();
    const stored = this.valuesOf.all(...HOURS.map((hour) => day * 24 + hour), linkId);
    for (const { value_id } of stored) setOf(values, value_id).add(value_id);
    for (const valueId of this.gathered(day, linkId)) setOf(values, valueId).add(valueId);
    return values;
  }
}

/** The values of a value's dimension. */
function setOf(values: Values, valueId: number): Set<number> {
  const dimension = Math.floor(valueId / VALUE_SPAN);
  let known = values.get(dimension);
  if (!known) {
    known = new Set();
    values.set(dimension, known);
  }
  return known;
}
