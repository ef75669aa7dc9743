import { DIMENSIONS, type Dimension, QUALITIES, type Quality } from '@waymark/contract';
import { periodsOf, VALUE_SPAN, visitRollups } from '../../clicks/rollup-rows.ts';

/** A click as tests write it. Values that are absent are not known. */
export interface SimpleClick {
  linkId: number;
  at: number;
  quality: Quality;
  visitor: number;
  values: Partial<Record<ValueDimension, string>>;
}

type ValueDimension = Exclude<Dimension, 'link' | 'quality'>;

/** A click with its place in the table and what it was the first of. */
export interface StoredClick extends SimpleClick {
  id: number;
  firstSeen: number;
}

/** Columns of `clicks` that hold value ids. */
export const SIMPLE_COLUMNS = Object.keys(DIMENSIONS).filter((name) => name !== 'link') as Exclude<Dimension, 'link'>[];

export type RollupTable = 'rollup_15m' | 'rollup_hour' | 'rollup_day';
export type RollupCounts = [visitors: number, human: number, humanVisitors: number];

/** Where clicks and what counts them is written: one database's tables, in its own SQL. */
export interface ClickTables {
  /** Makes the link unless it is there; returns whether it was made. */
  link(linkId: number): boolean;
  value(id: number, dimension: number, value: string): void;
  /** `values` in the order of SIMPLE_COLUMNS. */
  click(click: StoredClick, values: readonly number[]): void;
  /** Adds one to a counter of lists. */
  counter(kind: string, key: string): void;
  /** Adds a click to the row of that key, its columns in the order of the table. */
  rollup(table: RollupTable, key: readonly number[], ...counts: RollupCounts): void;
  /** The same for rollup_hour, whose clicks are kept by quarter hour as well; `slot` null: where they were not yet. */
  hour(
    key: readonly [hour: number, linkId: number, valueId: number],
    slot: number | null,
    ...counts: RollupCounts
  ): void;
}

/**
 * Writes clicks and all that counts them, one by one, in the order given: the plain form of what ingest does.
 * Links are made as needed. `alsoToDays` tells which clicks the day tier takes directly, `hasQuarters` which hours are as
 * databases keep them that had clicks before there were quarters.
 */
export class SimpleClicks {
  private nextId = 1;
  private readonly seen = new Map<string, number>();
  private readonly valueIds = new Map<string, number>();

  constructor(
    private readonly tables: ClickTables,
    private readonly alsoToDays: (day: number, linkId: number) => boolean = () => false,
    private readonly hasQuarters: (hour: number) => boolean = () => true,
  ) {
    for (const quality of QUALITIES) this.valueId('quality', quality);
  }

  ingest(clicks: readonly SimpleClick[]): StoredClick[] {
    return clicks.map((click) => this.add(click));
  }

  /** Leaves an id out, as events of other kinds take some. */
  skipId(): void {
    this.nextId++;
  }

  private add(click: SimpleClick): StoredClick {
    const { linkId, at, quality } = click;
    const { tables } = this;
    const { slot, hour, day } = periodsOf(at);
    const human = quality === 'human';
    const firstSeen = this.first(day, linkId, click) | (this.first(day, 0, click) << 2);
    const stored = { ...click, id: this.nextId++, firstSeen };
    const values = SIMPLE_COLUMNS.map((name) =>
      this.valueId(name, name === 'quality' ? quality : (click.values[name] ?? '')),
    );
    if (tables.link(linkId)) tables.counter('links', '');
    tables.click(stored, values);
    tables.counter('events', '');
    tables.counter('events_by_type', 'click');
    visitRollups({ linkId, human, firstSeen, values }, (link, valueId, ...counts) => {
      if (valueId === null) {
        tables.rollup('rollup_15m', [link, slot], ...counts);
        return;
      }
      tables.hour([hour, link, valueId], this.hasQuarters(hour) ? slot : null, ...counts);
      if (this.alsoToDays(day, link)) tables.rollup('rollup_day', [day, link, valueId], ...counts);
    });
    return stored;
  }

  private first(day: number, linkId: number, { visitor, quality }: SimpleClick): number {
    const key = `${day}:${linkId}:${visitor}`;
    const before = this.seen.get(key) ?? 0;
    const after = before | (quality === 'human' ? 3 : 1);
    this.seen.set(key, after);
    return after & ~before;
  }

  private valueId(dimension: Exclude<Dimension, 'link'>, value: string): number {
    if (value === '') return 0;
    const key = `${dimension}:${value}`;
    let id = this.valueIds.get(key);
    if (id === undefined) {
      id = DIMENSIONS[dimension] * VALUE_SPAN + this.valueIds.size + 1;
      this.valueIds.set(key, id);
      this.tables.value(id, DIMENSIONS[dimension], value);
    }
    return id;
  }
}
