import type { Database } from 'bun:sqlite';
import { VALUE_SPAN } from '../../clicks/rollup-rows.ts';

/** Values whose ids are kept in memory, in two generations. */
const CACHE_MAX = 50_000;

/**
 * Ids of dimension values, made on first use. The cache may hold ids of a transaction that was rolled back:
 * call `forget` then.
 */
export class ValueIds {
  /** By dimension, then by value: joining both into one key would cost more than the look-up. */
  private young: Map<string, number>[] = [];
  private old: Map<string, number>[] = [];
  private youngSize = 0;
  private readonly next = new Map<number, number>();

  constructor(private readonly sqlite: Database) {}

  /** 0 for the empty value. */
  idOf(dimension: number, value: string): number {
    if (value === '') return 0;
    const known = this.young[dimension]?.get(value) ?? this.old[dimension]?.get(value);
    if (known !== undefined) return known;
    const id = this.find(dimension, value) ?? this.insert(dimension, value);
    if (this.youngSize >= CACHE_MAX) {
      this.old = this.young;
      this.young = [];
      this.youngSize = 0;
    }
    let values = this.young[dimension];
    if (!values) {
      values = new Map();
      this.young[dimension] = values;
    }
    values.set(value, id);
    this.youngSize++;
    return id;
  }

  forget(): void {
    this.young = [];
    this.old = [];
    this.youngSize = 0;
    this.next.clear();
  }

  private find(dimension: number, value: string): number | undefined {
    return this.sqlite
      .query<{ id: number }, [number, string]>('SELECT id FROM dimension_values WHERE dimension = ? AND value = ?')
      .get(dimension, value)?.id;
  }

  private insert(dimension: number, value: string): number {
    const id = this.next.get(dimension) ?? this.firstFree(dimension);
    this.sqlite.query('INSERT INTO dimension_values (id, dimension, value) VALUES (?, ?, ?)').run(id, dimension, value);
    this.next.set(dimension, id + 1);
    return id;
  }

  private firstFree(dimension: number): number {
    const low = dimension * VALUE_SPAN;
    const row = this.sqlite
      .query<{ id: number | null }, [number, number]>(
        'SELECT max(id) AS id FROM dimension_values WHERE id BETWEEN ? AND ?',
      )
      .get(low, low + VALUE_SPAN - 1);
    return (row?.id ?? low) + 1;
  }
}
