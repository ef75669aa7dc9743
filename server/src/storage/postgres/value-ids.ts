import { DIMENSIONS, OTHER_VALUE } from '@waymark/contract';
import type { Pool } from 'pg';
import type { EnrichedClick } from '../../clicks/click.ts';
import { VALUE_FIELDS } from '../../clicks/click-values.ts';
import { VALUE_SPAN } from '../../clicks/rollup-rows.ts';
import { int2s } from './binary-arrays.ts';
import { asAnswer } from './errors.ts';

/** Values whose ids are kept in memory, in two generations. */
const CACHE_MAX = 50_000;

type ByValue = Map<number, Map<string, number>>;

interface Value {
  dimension: number;
  value: string;
}

/** Ids of dimension values, made on first use in a transaction of their own: once there they never change. */
export class ValueIds {
  private young: ByValue = new Map();
  private old: ByValue = new Map();
  private youngSize = 0;

  constructor(private readonly pool: Pool) {}

  /**
   * For each click its value ids in the order of VALUE_FIELDS, 0 for the empty value.
   * Errors: `unavailable` while the database can't be written.
   */
  async ofClicks(clicks: readonly EnrichedClick[]): Promise<number[][]> {
    const missing: (Value & { ids: number[]; at: number })[] = [];
    const rows = clicks.map((click) => {
      const ids = new Array<number>(VALUE_FIELDS.length).fill(0);
      for (let at = 0; at < VALUE_FIELDS.length; at++) {
        const [field, dimension] = VALUE_FIELDS[at] as (typeof VALUE_FIELDS)[number];
        const value = click[field];
        if (value === '') continue;
        const id = this.known(dimension, value);
        if (id === undefined) missing.push({ dimension, value, ids, at });
        else ids[at] = id;
      }
      return ids;
    });
    if (missing.length > 0) {
      const made = await this.make(missing);
      for (const { dimension, value, ids, at } of missing) ids[at] = made.get(dimension)?.get(value) ?? 0;
    }
    return rows;
  }

  /** The id of OTHER_VALUE by dimension. */
  async ofOthers(): Promise<Map<number, number>> {
    const others = Object.values(DIMENSIONS).map((dimension) => ({
      dimension: dimension as number,
      value: OTHER_VALUE,
    }));
    const missing = others.filter(({ dimension, value }) => this.known(dimension, value) === undefined);
    const made = missing.length > 0 ? await this.make(missing) : new Map<number, Map<string, number>>();
    return new Map(
      others.map(({ dimension, value }) => [
        dimension,
        made.get(dimension)?.get(value) ?? this.known(dimension, value) ?? 0,
      ]),
    );
  }

  private known(dimension: number, value: string): number | undefined {
    return this.young.get(dimension)?.get(value) ?? this.old.get(dimension)?.get(value);
  }

  private async make(missing: readonly Value[]): Promise<ByValue> {
    const distinct = new Map<string, Value>();
    for (const { dimension, value } of missing) distinct.set(`${dimension}:${value}`, { dimension, value });
    const found: ByValue = new Map();
    try {
      await this.read([...distinct.values()], found);
      const unknown = [...distinct.values()].filter(({ dimension, value }) => !found.get(dimension)?.has(value));
      if (unknown.length > 0) {
        await this.insert(unknown);
        await this.read(unknown, found);
      }
    } catch (error) {
      throw asAnswer(error);
    }
    for (const [dimension, values] of found) for (const [value, id] of values) this.keep(dimension, value, id);
    return found;
  }

  private async read(values: readonly Value[], found: ByValue): Promise<void> {
    const { rows } = await this.pool.query<[number, number]>({
      name: 'value-ids',
      text: `SELECT u.n::int4, v.id FROM unnest($1::int2[], $2::text[]) WITH ORDINALITY AS u (dimension, value, n)
             JOIN dimension_values v ON v.dimension = u.dimension AND v.value = u.value`,
      values: [int2s(values.map(({ dimension }) => dimension)), values.map(({ value }) => storable(value))],
      rowMode: 'array',
    });
    for (const [n, id] of rows) {
      const value = values[n - 1];
      if (value) put(found, value.dimension, value.value, id);
    }
  }

  /** In order, so that two that make the same values wait for each other one way only. */
  private async insert(values: readonly Value[]): Promise<void> {
    const cells = values
      .map(({ dimension, value }) => ({ dimension, value: storable(value) }))
      .sort((a, b) => a.dimension - b.dimension || (a.value < b.value ? -1 : 1));
    await this.pool.query(
      `INSERT INTO dimension_values (id, dimension, value)
       SELECT u.dimension * ${VALUE_SPAN} + nextval('dimension_value_numbers'), u.dimension, u.value
       FROM unnest($1::int2[], $2::text[]) AS u (dimension, value) ON CONFLICT (dimension, value) DO NOTHING`,
      [int2s(cells.map(({ dimension }) => dimension)), cells.map(({ value }) => value)],
    );
  }

  private keep(dimension: number, value: string, id: number): void {
    if (this.youngSize >= CACHE_MAX) {
      this.old = this.young;
      this.young = new Map();
      this.youngSize = 0;
    }
    put(this.young, dimension, value, id);
    this.youngSize++;
  }
}

function put(values: ByValue, dimension: number, value: string, id: number): void {
  const known = values.get(dimension);
  if (known) known.set(value, id);
  else values.set(dimension, new Map([[value, id]]));
}

/** PostgreSQL has no U+0000 in text, and takes no half of a surrogate pair. */
function storable(value: string): string {
  return value.replaceAll('\0', '\uFFFD').toWellFormed();
}
