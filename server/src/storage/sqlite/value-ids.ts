import type { Database } from 'bun:sqlite';

/** Values whose ids are kept in memory, in two generations. */
const CACHE_MAX = 50_000;

/** A dimension's number leads each of its value ids, so ids of one dimension are one range. */
export const DIMENSION_SPAN = 2 ** 32;

/**
 * Ids of dimension values, made on first use. The cache may hold ids of a transaction that was rolled back:
 * call `forget` then.
 */
export class ValueIds {
  private young = new Map<string, number>();
  private old = new Map<string, number>();
  private readonly next = new Map<number, number>();

  constructor(private readonly sqlite: Database) {}

  /** 0 for the empty value. */
  idOf(dimension: number, value: string): number {
    if (value === '') return 0;
    const key = dimension + value;
    const known = this.young.get(key) ?? this.old.get(key);
    if (known !== undefined) return known;
    const id = this.find(dimension, value) ?? this.insert(dimension, value);
    if (this.young.size >= CACHE_MAX) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, id);
    return id;
  }

  forget(): void {
    this.young.clear();
    this.old.clear();
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
    const low = dimension * DIMENSION_SPAN;
    const row = this.sqlite
      .query<{ id: number | null }, [number, number]>(
        'SELECT max(id) AS id FROM dimension_values WHERE id BETWEEN ? AND ?',
      )
      .get(low, low + DIMENSION_SPAN - 1);
    return (row?.id ?? low) + 1;
  }
}
